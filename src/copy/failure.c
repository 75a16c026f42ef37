/*
 * failure.c
 *		What is kept of the error of a stream.
 */
#include "postgres.h"

#include "copy/failure.h"
#include "json/text.h"

/* Makes the words of an error, which may be anybody's, fit to be kept. */
void
rootfi_failure_clean(ErrorData *error)
{
	error->message = rootfi_json_show(error->message);
	if (error->detail != NULL)
		error->detail = rootfi_json_show(error->detail);
}

/*
 * What is kept of an error for those who may see the state of streams and not
 * their rows: where the server, or a trigger, may have put values of a row
 * into detail or message, without that.
 */
char *
rootfi_failure_text(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	/* that is what the API refuses, and what we say of settings */
	if (error->sqlerrcode == ERRCODE_INVALID_PARAMETER_VALUE ||
		error->sqlerrcode == ERRCODE_NO_DATA_FOUND)
		category = 0;
	if (category == ERRCODE_DATA_EXCEPTION || category == ERRCODE_PLPGSQL_ERROR)
		return "a value could not be written, or a trigger raised an error; the message is in the server's log and with who called";
	if (error->detail == NULL ||
		category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_WITH_CHECK_OPTION_VIOLATION)
		return error->message;
	return psprintf("%s: %s", error->message, error->detail);
}
