/*
 * shim.c
 *		Memory, errors and calls as the server has them, outside of it.
 *
 * What stands in for the server here and in values.c and jsonb.c:
 *
 * - palloc and its like: each piece is a malloc of its own, whose head is
 *   poisoned, so that AddressSanitizer sees every access beside it.  There is
 *   one context; what a reset would free is all that is newer than a mark.
 * - ereport: an error is formatted and jumps to the innermost PG_TRY, one at
 *   a time.  What is less than an error is not even formatted.
 * - Subtransactions are only counted.
 * - Functions of types are called directly; types are known by their input
 *   function, of which there is one: that of numeric.
 * - numeric, text, times, arrays: values.c; jsonb: jsonb.c.
 *
 * StringInfo, UTF-8, qsort and the JSON parser are the server's own, from its
 * static libraries for programs beside it, and not instrumented.
 */
#include "postgres.h"

#include <sanitizer/asan_interface.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "catalog/pg_type.h"
#include "common/jsonapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "shim.h"

/* What stands before each piece of memory. */
typedef struct Chunk
{
	size_t		size;
	size_t		place;			/* in the list of all */
} Chunk;

MemoryContext CurrentMemoryContext = NULL;
MemoryContext TopMemoryContext = NULL;
ResourceOwner CurrentResourceOwner = NULL;
sigjmp_buf *PG_exception_stack = NULL;
ErrorContextCallback *error_context_stack = NULL;
volatile sig_atomic_t InterruptPending = false;
volatile sig_atomic_t QueryCancelPending = false;

static Chunk **chunks = NULL;	/* in order of age; NULL: freed */
static size_t nchunks = 0;
static size_t capacity = 0;		/* of chunks */
static ErrorData error;			/* that is under way; elevel 0: none */
static int	subtransactions = 0;

/* Says what is wrong, and ends as a crash would. */
void
shim_fail(const char *fmt,...)
{
	va_list		args;

	fputs("fuzz: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

#ifdef USE_ASSERT_CHECKING
/* An assertion of the server's headers does not hold. */
#if PG_VERSION_NUM >= 160000
void
ExceptionalCondition(const char *conditionName, const char *fileName,
					 int lineNumber)
#else
void
ExceptionalCondition(const char *conditionName, const char *errorType,
					 const char *fileName, int lineNumber)
#endif
{
	shim_fail("%s:%d: not %s", fileName, lineNumber, conditionName);
}
#endif

/* The head of a piece of memory, readable until hide_chunk(). */
static Chunk *
show_chunk(void *pointer)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;

	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk;
}

/* Makes the head of a piece unreadable; returns what follows it. */
static void *
hide_chunk(Chunk *chunk)
{
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk + 1;
}

/* Nobody interrupts. */
void
ProcessInterrupts(void)
{
}

/* A piece of memory that belongs into a place of the list. */
static void *
allocate(size_t size, size_t place)
{
	Chunk	   *chunk = AllocSizeIsValid(size) ?
	malloc(sizeof(Chunk) + size) : NULL;

	if (chunk == NULL)
		shim_fail("invalid memory alloc request size %zu", size);
	chunk->size = size;
	chunk->place = place;
	chunks[place] = chunk;
	return hide_chunk(chunk);
}

void *
palloc(Size size)
{
	if (nchunks == capacity)
	{
		capacity = Max(1024, capacity * 2);
		chunks = realloc(chunks, capacity * sizeof(Chunk *));
		if (chunks == NULL)
			shim_fail("out of memory");
	}
	return allocate(size, nchunks++);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return (flags & MCXT_ALLOC_ZERO) ? palloc0(size) : palloc(size);
}

/* The server's libraries for programs beside it free what is NULL, too. */
void
pfree(void *pointer)
{
	Chunk	   *chunk;

	if (pointer == NULL)
		return;
	chunk = show_chunk(pointer);
	chunks[chunk->place] = NULL;
	free(chunk);
}

/* Always moves; the piece stays as old as it was. */
void *
repalloc(void *pointer, Size size)
{
	Chunk	   *chunk = show_chunk(pointer);
	void	   *result = allocate(size, chunk->place);

	memcpy(result, pointer, Min(chunk->size, size));
	free(chunk);
	return result;
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

char *
pnstrdup(const char *in, Size size)
{
	size_t		len = strnlen(in, size);
	char	   *result = memcpy(palloc(len + 1), in, len);

	result[len] = '\0';
	return result;
}

char *
pstrdup(const char *in)
{
	return pnstrdup(in, strlen(in));
}

/* A point in time, for shim_release(). */
size_t
shim_mark(void)
{
	return nchunks;
}

/* Frees all that was allocated since the mark. */
void
shim_release(size_t mark)
{
	while (nchunks > mark)
	{
		Chunk	   *chunk = chunks[--nchunks];

		if (chunk != NULL)
			pfree(chunk + 1);
	}
}

bool
errstart(int elevel, const char *domain)
{
	if (elevel < ERROR)
		return false;
	if (error.elevel != 0)
		shim_fail("error within the error \"%s\"", error.message);
	error.elevel = elevel;
	error.sqlerrcode = ERRCODE_INTERNAL_ERROR;
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int sqlerrcode)
{
	error.sqlerrcode = sqlerrcode;
	return 0;
}

/* A formatted text. */
static char *
format(const char *fmt, va_list args)
{
	char	   *result = NULL;
	size_t		size = 128;

	for (;;)
	{
		va_list		copy;
		size_t		needed;

		result = palloc(size);
		va_copy(copy, args);
		needed = pvsnprintf(result, size, fmt, copy);
		va_end(copy);
		if (needed < size)
			return result;
		size = needed;
	}
}

/* Defines a function that formats one part of the error. */
#define DEFINE_PART(name, part) \
int \
name(const char *fmt,...) \
{ \
	va_list		args; \
\
	va_start(args, fmt); \
	error.part = format(fmt, args); \
	va_end(args); \
	return 0; \
}

DEFINE_PART(errmsg, message)
DEFINE_PART(errmsg_internal, message)
DEFINE_PART(errdetail, detail)
DEFINE_PART(errdetail_internal, detail)
DEFINE_PART(errhint, hint)

int
errmsg_plural(const char *singular, const char *plural, unsigned long n,...)
{
	va_list		args;

	va_start(args, n);
	error.message = format(n == 1 ? singular : plural, args);
	va_end(args);
	return 0;
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	if (PG_exception_stack == NULL)
		shim_fail("uncaught error at %s:%d: %s", filename, lineno,
				  error.message);
	siglongjmp(*PG_exception_stack, 1);
}

void
pg_re_throw(void)
{
	errfinish("", 0, NULL);
	pg_unreachable();
}

int
geterrcode(void)
{
	return error.sqlerrcode;
}

ErrorData *
CopyErrorData(void)
{
	ErrorData  *copy = palloc(sizeof(ErrorData));

	*copy = error;
	return copy;
}

void
FreeErrorData(ErrorData *edata)
{
	pfree(edata);
}

void
ReThrowError(ErrorData *edata)
{
	error = *edata;
	pg_re_throw();
}

void
FlushErrorState(void)
{
	memset(&error, 0, sizeof(error));
}

/* To be called in PG_CATCH: ends the error and returns its code. */
int
shim_error(void)
{
	int			code = error.sqlerrcode;

	if (error.message == NULL || error.message[0] == '\0')
		shim_fail("an error without message");
	FlushErrorState();
	return code;
}

void
SPI_commit(void)
{
	shim_fail("nothing is to be committed here");
}

void
BeginInternalSubTransaction(const char *name)
{
	subtransactions++;
}

void
ReleaseCurrentSubTransaction(void)
{
	subtransactions--;
}

void
RollbackAndReleaseCurrentSubTransaction(void)
{
	subtransactions--;
}

/* How many subtransactions are open. */
int
shim_subtransactions(void)
{
	return subtransactions;
}

/* Calls a function, which must not return NULL. */
static Datum
call(PGFunction function, Oid collation, int n, const Datum *args)
{
	LOCAL_FCINFO(fcinfo, 3);
	Datum		result;

	InitFunctionCallInfoData(*fcinfo, NULL, n, collation, NULL, NULL);
	for (int i = 0; i < n; i++)
		fcinfo->args[i] = (NullableDatum)
	{
		.value = args[i]
	};
	result = function(fcinfo);
	if (fcinfo->isnull)
		shim_fail("a function called directly returned NULL");
	return result;
}

Datum
DirectFunctionCall1Coll(PGFunction func, Oid collation, Datum arg1)
{
	return call(func, collation, 1, &arg1);
}

Datum
DirectFunctionCall2Coll(PGFunction func, Oid collation, Datum arg1,
						Datum arg2)
{
	return call(func, collation, 2, (Datum[]) {arg1, arg2});
}

Datum
DirectFunctionCall3Coll(PGFunction func, Oid collation, Datum arg1,
						Datum arg2, Datum arg3)
{
	return call(func, collation, 3, (Datum[]) {arg1, arg2, arg3});
}

/* There are no domains. */
Oid
getBaseTypeAndTypmod(Oid typid, int32 *typmod)
{
	return typid;
}

void
getTypeInputInfo(Oid type, Oid *typInput, Oid *typIOParam)
{
	if (type != NUMERICOID)
		shim_fail("type %u has no input function", type);
	*typInput = F_NUMERIC_IN;
	*typIOParam = type;
}

void
fmgr_info(Oid functionId, FmgrInfo *finfo)
{
	memset(finfo, 0, sizeof(FmgrInfo));
	finfo->fn_oid = functionId;
	finfo->fn_addr = numeric_in;
}

Datum
InputFunctionCall(FmgrInfo *flinfo, char *str, Oid typioparam, int32 typmod)
{
	return DirectFunctionCall3(flinfo->fn_addr, CStringGetDatum(str),
							   ObjectIdGetDatum(typioparam),
							   Int32GetDatum(typmod));
}

#if PG_VERSION_NUM >= 160000
bool
InputFunctionCallSafe(FmgrInfo *flinfo, char *str, Oid typioparam,
					  int32 typmod, fmNodePtr escontext, Datum *result)
{
	volatile bool success = true;

	PG_TRY();
	{
		*result = InputFunctionCall(flinfo, str, typioparam, typmod);
	}
	PG_CATCH();
	{
		FlushErrorState();
		success = false;
	}
	PG_END_TRY();
	return success;
}
#endif

/* The libpgcommon of version 15 does not have this. */
__attribute__((weak)) char *
json_errdetail(JsonParseErrorType code, JsonLexContext *lex)
{
	return psprintf("The text is not valid JSON (%d).", (int) code);
}

int
pg_encoding_mbcliplen(int encoding, const char *mbstr, int len, int limit)
{
	int			clipped = 0;

	while (clipped < len && mbstr[clipped] != '\0')
	{
		int			n = pg_encoding_mblen(encoding, mbstr + clipped);

		if (clipped + n > Min(len, limit))
			break;
		clipped += n;
	}
	return clipped;
}
