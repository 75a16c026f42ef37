/*
 * attempt.c
 *		Something that may fail, in a subtransaction of its own.
 *
 * What is attempted may run other people's code: triggers, CHECK functions,
 * input functions.  Its errors are the caller's to handle, whatever SQLSTATE
 * they have.  An interrupt is not: a cancel or a time limit is meant for the
 * whole statement, and that code must neither be able to feign one nor to keep
 * one from us.  So each error is looked at when it is raised, before anybody
 * can catch it: it is an interrupt when ProcessInterrupts() raised it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/attempt.h"
#include "base/compat.h"

/* Looks at the errors of an attempt. */
typedef struct Watch
{
	MemoryContext context;
	ErrorData  *interrupt;		/* the first, in that context, or NULL */
} Watch;

/* Did the server raise it, since it was told to end the statement? */
static bool
is_interrupt(const ErrorData *error)
{
	return error->elevel >= ERROR && error->funcname != NULL &&
		strcmp(error->funcname, "ProcessInterrupts") == 0;
}

/*
 * Error context callback: keeps the first interrupt, and has each raised again
 * where the server looks for one next, in case somebody catches it.
 */
static void
watch_error(void *arg)
{
	Watch	   *watch = arg;
	MemoryContext old;
	ErrorData  *error;

	if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_OPERATOR_INTERVENTION)
		return;
	old = MemoryContextSwitchTo(watch->context);
	error = CopyErrorData();
	if (is_interrupt(error))
		InterruptPending = QueryCancelPending = true;
	if (is_interrupt(error) && watch->interrupt == NULL)
		watch->interrupt = error;
	else
		FreeErrorData(error);
	MemoryContextSwitchTo(old);
}

/* Ends the watch: raises the interrupt, if there was one. */
static void
end_watch(const Watch *watch)
{
	if (watch->interrupt == NULL)
		return;
	QueryCancelPending = false;
	ReThrowError(watch->interrupt);
}

/*
 * Does the step in a subtransaction, with "context" as its current memory
 * context.  Returns NULL, or the error that it ended with, in the caller's
 * context; nothing of it is left then.  An interrupt is raised again outside
 * of the subtransaction, also when the step caught it.
 */
ErrorData *
rootfi_attempt(AttemptStep step, void *arg, MemoryContext context)
{
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorContextCallback *callbacks = error_context_stack;
	Watch		watch = {.context = old};
	ErrorContextCallback callback = {
		.previous = callbacks,
		.callback = watch_error,
		.arg = &watch,
	};
	ErrorData  *volatile error = NULL;

	error_context_stack = &callback;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		step(arg);
		if (watch.interrupt == NULL)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = owner;
	error_context_stack = callbacks;
	end_watch(&watch);
	return error;
}

/*
 * Commits by SPI, and begins another transaction.  Returns NULL, or the error
 * that it ended with, in the current context; nothing of the transaction is
 * left then, nor are locks that the session had.  An interrupt is raised again.
 */
ErrorData *
rootfi_attempt_commit(void)
{
	MemoryContext old = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	Watch		watch = {.context = old};
	ErrorContextCallback callback = {
		.previous = callbacks,
		.callback = watch_error,
		.arg = &watch,
	};
	ErrorData  *volatile error = NULL;

	error_context_stack = &callback;
	PG_TRY();
	{
		SPI_commit();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	error_context_stack = callbacks;
	end_watch(&watch);
	return error;
}

/* A text to be read by an input function. */
typedef struct InputCall
{
	FmgrInfo   *input;
	char	   *text;
	Oid			ioparam;
	int32		typmod;
	Datum		result;
	ErrorData  *refusal;		/* that the function told of, or NULL */
} InputCall;

/* AttemptStep: reads it. */
static void
read_input(void *arg)
{
	InputCall  *call = arg;

	call->refusal = rootfi_input(call->input, call->text, call->ioparam,
								 call->typmod, &call->result);
}

/*
 * Runs a type's input function; false when the text does not fit: that is an
 * error of class 22 or 23.  All others are raised.
 */
bool
rootfi_try_input(FmgrInfo *input, char *text, Oid ioparam, int32 typmod,
				 Datum *result)
{
	InputCall	call = {
		.input = input,
		.text = text,
		.ioparam = ioparam,
		.typmod = typmod,
	};
	ErrorData  *error = NULL;
	int			category;

	if (rootfi_input_raises(input->fn_oid))
		error = rootfi_attempt(read_input, &call, CurrentMemoryContext);
	else
		read_input(&call);
	if (error == NULL)
		error = call.refusal;
	*result = call.result;
	if (error == NULL)
		return true;
	category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	if (category != ERRCODE_DATA_EXCEPTION &&
		category != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION)
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}
