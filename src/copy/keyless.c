/*
 * keyless.c
 *		Records that cannot be told from others, and are left out.
 *
 * A record whose key is missing, null or nothing that its column holds keeps
 * no other from being copied.  It is counted and named in the log of the run;
 * a warning ends the run.  Too many of them say that the list is another than
 * was thought: that is an error of the stream, whose checkpoint stays.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/sqlstates.h"
#include "copy/keyless.h"
#include "json/scan.h"
#include "json/text.h"

#define MOST_NAMED	10			/* in the log of a run */

/* So many of a pass are no cause for alarm, nor is one in ten records. */
#define FEW_RECORDS	10
#define FEW_OF		10

/* Notes a record that is the place'th of the page, both counted from 1. */
void
rootfi_keyless_note(Keyless *keyless, const JsonObject *record, int64 page,
					int place, const char *column)
{
	const JsonValue *platform_id = rootfi_json_member(record, "platform_id");
	bool		named = platform_id && platform_id->token;

	if (keyless->n++ >= MOST_NAMED)
		return;
	if (keyless->column == NULL)
		keyless->column = column;
	keyless->places = psprintf("%s%srecord %d of page " INT64_FORMAT "%s%s%s%s%s",
							   keyless->places ? keyless->places : "",
							   keyless->places ? "; " : "", place, page,
							   named ? ", \"platform_id\" " : "",
							   named ? rootfi_json_show(platform_id->token) : "",
							   strcmp(keyless->column, column) ? ", without \"" : "",
							   strcmp(keyless->column, column) ? column : "",
							   strcmp(keyless->column, column) ? "\"" : "");
}

/* Keeps what a page has added, in a context that outlives it. */
void
rootfi_keyless_keep(Keyless *kept, const Keyless *keyless,
					MemoryContext context)
{
	if (keyless->n == kept->n)
		return;
	*kept = *keyless;
	kept->table = MemoryContextStrdup(context, keyless->table);
	kept->column = MemoryContextStrdup(context, keyless->column);
	kept->places = MemoryContextStrdup(context, keyless->places);
}

/* What is wrong with them; there may be none but those of earlier runs. */
static char *
problem(const Keyless *keyless)
{
	if (keyless->n == 0)
		return pstrdup("records of earlier pages have no key that fits the table");
	if (keyless->n == 1)
		return psprintf("a record has no \"%s\" that fits the column of table %s",
						keyless->column, keyless->table);
	return psprintf(INT64_FORMAT " records have no \"%s\" that fits the column of table %s",
					keyless->n, keyless->column, keyless->table);
}

/* Which they are. */
static char *
places(const Keyless *keyless)
{
	int64		more = keyless->n - MOST_NAMED;

	if (keyless->n == 0)
		return pstrdup("The runs before have told of them.");
	return psprintf("%s %s%s. By that column the records are told apart.",
					keyless->n == 1 ? "It is" : "They are", keyless->places,
					more > 0 ? psprintf("; and " INT64_FORMAT " more", more) : "");
}

/* What the log keeps: of the values of a record, only what the platform calls it. */
char *
rootfi_keyless_text(const Keyless *keyless)
{
	return psprintf("%s: %s", problem(keyless), places(keyless));
}

/* Raises RFP01 for those of this run. */
static void
report_too_many(const Keyless *keyless, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("%s", problem(keyless)),
			 errdetail("%s", places(keyless)),
			 errhint("%s", hint)));
}

/*
 * Raises RFP01 when, with a page that was just read, more than a few records
 * of the pass had no key.
 */
void
rootfi_keyless_check_page(const Stream *stream, const Keyless *keyless,
						  const RowCounts *counts)
{
	int64		skipped = stream->pass_skipped + counts->skipped;

	if (counts->skipped > 0 && skipped > FEW_RECORDS &&
		skipped > (stream->pass_rows + counts->seen) / FEW_OF)
		report_too_many(keyless, "These are too many to be left out: look at the server's list, and at the key of the table.");
}

/*
 * Raises RFP01 when no record of a pass that ended had a key: nothing is left
 * that they could have stopped.
 */
void
rootfi_keyless_check_pass(const Stream *stream, const Keyless *keyless)
{
	if (stream->pass_skipped > 0 && stream->pass_skipped == stream->pass_rows)
		report_too_many(keyless, "No record of the list has one: look at the server's list, and at the key of the table.");
}

/*
 * Warns of those that a run has left out, and of a full refresh that has
 * marked nothing, since a row that it did not see may be one of them.
 */
void
rootfi_keyless_warn(const Stream *stream, const Keyless *keyless,
					bool unmarked)
{
	if (keyless->n == 0 && !unmarked)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_ROOTFI_BAD_ANSWER),
			 errmsg("stream %s: %s", stream->label, problem(keyless)),
			 errdetail("%s%s", places(keyless), unmarked ?
					   " Nothing was marked as deleted: a row that was not seen may be theirs." : ""),
			 errhint("The others were copied. See rootfi_run.")));
}
