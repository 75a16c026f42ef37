/*
 * compat.h
 *		Every test of PG_VERSION_NUM, so that the sources themselves read as
 *		if there were one PostgreSQL.
 */
#ifndef ROOTFI_COMPAT_H
#define ROOTFI_COMPAT_H

#include "access/transam.h"
#include "catalog/pg_foreign_server.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#else
#include "commands/explain.h"
#endif
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#endif
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#if PG_VERSION_NUM >= 180000
#include "storage/waiteventset.h"
#endif
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"
#include "utils/wait_event.h"

/* Says which extension the library is, of which version, to who can ask. */
#if PG_VERSION_NUM >= 180000
#define ROOTFI_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "rootfi", .version = ROOTFI_VERSION)
#else
#define ROOTFI_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* Says, before its declaration, that a function does not return. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn		pg_attribute_noreturn()
#endif

/* May the user use the foreign server? */
static inline AclResult
rootfi_server_aclcheck(Oid serverid, Oid userid)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, serverid, userid,
						   ACL_USAGE);
#else
	return pg_foreign_server_aclcheck(serverid, userid, ACL_USAGE);
#endif
}

/* A lexer over text in UTF-8 that decodes strings, in the current context. */
static inline JsonLexContext *
rootfi_json_lexer(const char *text, int len)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, text, len, PG_UTF8, true);
#else
	return makeJsonLexContextCstringLen(unconstify(char *, text), len,
										PG_UTF8, true);
#endif
}

/*
 * Runs a type's input function.  Returns what it told of a text that it
 * refuses, which it can do from 16 on, or NULL.
 */
static inline ErrorData *
rootfi_input(FmgrInfo *input, char *text, Oid ioparam, int32 typmod,
			 Datum *result)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext refusal = {T_ErrorSaveContext};

	refusal.details_wanted = true;
	if (!InputFunctionCallSafe(input, text, ioparam, typmod,
							   (Node *) &refusal, result))
		return refusal.error_data;
#else
	*result = InputFunctionCall(input, text, ioparam, typmod);
#endif
	return NULL;
}

/*
 * Is an error to be expected from an input function that refuses a text?  From
 * 16 on, of the server's own, only those that may come to others' functions
 * raise one.
 */
static inline bool
rootfi_input_raises(Oid function)
{
#if PG_VERSION_NUM >= 160000
	return function >= FirstGenbkiObjectId || function == F_DOMAIN_IN ||
		function == F_ARRAY_IN || function == F_RECORD_IN ||
		function == F_RANGE_IN || function == F_MULTIRANGE_IN;
#else
	return true;
#endif
}

/* Does this backend have that lock? */
static inline bool
rootfi_lock_held(const LOCKTAG *tag, LOCKMODE mode)
{
#if PG_VERSION_NUM >= 170000
	return LockHeldByMe(tag, mode, false);
#else
	return LockHeldByMe(tag, mode);
#endif
}

/* A set of wait events that lives until FreeWaitEventSet. */
static inline WaitEventSet *
rootfi_create_wait_event_set(int nevents)
{
#if PG_VERSION_NUM >= 170000
	return CreateWaitEventSet(NULL, nevents);
#else
	return CreateWaitEventSet(TopMemoryContext, nevents);
#endif
}

/* A path of a scan of a foreign table, in no order. */
static inline ForeignPath *
rootfi_create_foreign_path(PlannerInfo *root, RelOptInfo *rel, double rows,
						   Cost startup, Cost total, Relids required_outer,
						   List *private)
{
#if PG_VERSION_NUM >= 180000
	return create_foreignscan_path(root, rel, NULL, rows, 0, startup, total,
								   NIL, required_outer, NULL, NIL, private);
#elif PG_VERSION_NUM >= 170000
	return create_foreignscan_path(root, rel, NULL, rows, startup, total,
								   NIL, required_outer, NULL, NIL, private);
#else
	return create_foreignscan_path(root, rel, NULL, rows, startup, total,
								   NIL, required_outer, NULL, private);
#endif
}

/* How many elements an array is expected to have. */
static inline double
rootfi_array_length(PlannerInfo *root, Node *array)
{
#if PG_VERSION_NUM >= 170000
	return estimate_array_length(root, array);
#else
	return estimate_array_length(array);
#endif
}

/* The user as whom a foreign table is scanned. */
static inline Oid
rootfi_scan_user(ForeignScanState *state)
{
#if PG_VERSION_NUM >= 160000
	Oid			user = ((ForeignScan *) state->ss.ps.plan)->checkAsUser;
#else
	Oid			user = exec_rt_fetch(((Scan *) state->ss.ps.plan)->scanrelid,
									 state->ss.ps.state)->checkAsUser;
#endif

	return OidIsValid(user) ? user : GetUserId();
}

/* What pg_stat_activity shows while an answer is awaited. */
static inline uint32
rootfi_wait_event(void)
{
#if PG_VERSION_NUM >= 170000
	static uint32 wait_event = 0;

	if (wait_event == 0)
		wait_event = WaitEventExtensionNew("RootfiHttp");
	return wait_event;
#else
	return PG_WAIT_EXTENSION;
#endif
}

#endif							/* ROOTFI_COMPAT_H */
