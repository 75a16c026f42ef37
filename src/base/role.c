/*
 * role.c
 *		To act as another role for a while, and whose code that runs.
 *
 * Who writes into a table runs its owner's code: triggers, defaults, CHECK
 * functions, policies, index expressions.  That code has the rights of the
 * role that writes, so no role but the owner, or one whose rights the owner has
 * anyway, is to write for a stream.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/role.h"

/* Remembers who we are; an error that is not caught here restores it too. */
RoleState
rootfi_role_begin(void)
{
	RoleState	state;

	GetUserIdAndSecContext(&state.user, &state.security);
	state.level = NewGUCNestLevel();
	return state;
}

/*
 * Acts as a role until rootfi_role_end().  What that role's code does then
 * cannot outlast it: the role may be less trusted than ours.
 */
void
rootfi_role_become(Oid role)
{
	Oid			user;
	int			security;

	GetUserIdAndSecContext(&user, &security);
	if (role != user)
		SetUserIdAndSecContext(role, security | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
}

/* Sets something until rootfi_role_end(). */
static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Until rootfi_role_end(): policies show what they are to show, also where the
 * session has row_security = off and would get an error instead.
 */
void
rootfi_role_heed_policies(void)
{
	set("row_security", "on");
}

/*
 * Until rootfi_role_end(): names mean the server's own, and policies are
 * heeded, whatever the settings of the session.
 */
void
rootfi_role_settle(void)
{
	set("search_path", "pg_catalog, pg_temp");
	rootfi_role_heed_policies();
}

/* Is again who we were, with the settings we had. */
void
rootfi_role_end(const RoleState *state)
{
	AtEOXact_GUC(false, state->level);
	SetUserIdAndSecContext(state->user, state->security);
}

/* Does the owner of something have the role's rights anyway? */
static bool
is_trusted(Oid owner, Oid role)
{
	return owner == role || has_privs_of_role(owner, role);
}

/* The owner of a relation, InvalidOid if that is gone. */
Oid
rootfi_role_of_table(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Raises the error for a table whose owner is not to be trusted. */
static void
report_owner(Oid relid, Oid owner, Oid role)
{
	const char *owner_name = GetUserNameFromId(owner, false);
	const char *role_name = GetUserNameFromId(role, false);
	const char *table =
	quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
							   get_rel_name(relid));

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to fill table %s as role \"%s\"",
					table, role_name),
			 errdetail("It belongs to role \"%s\", whose triggers and functions would have the rights of \"%s\".",
					   owner_name, role_name),
			 errhint("Give the stream to role \"%s\", or the table to role \"%s\".",
					 owner_name, role_name)));
}

#ifdef USE_ASSERT_CHECKING
/* Has this session locked a table, as readers do? */
static bool
is_locked(Oid relid)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
	return rootfi_lock_held(&tag, AccessShareLock);
}
#endif

/*
 * Raises 42501 unless the table and all that inherit from it, partitions among
 * them, belong to the role or to such that have its rights.  The caller has
 * locked the table.
 */
void
rootfi_role_check_table(Oid relid, Oid role)
{
	List	   *all = find_all_inheritors(relid, NoLock, NULL);
	ListCell   *cell;

	Assert(is_locked(relid));
	foreach(cell, all)
	{
		Oid			owner = rootfi_role_of_table(lfirst_oid(cell));

		if (OidIsValid(owner) && !is_trusted(owner, role))
			report_owner(lfirst_oid(cell), owner, role);
	}
	list_free(all);
}

/* The owner of a schema; for pg_database_owner that of the database. */
static Oid
schema_owner(Oid namespace)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID,
										ObjectIdGetDatum(namespace));
	Oid			owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;

	ReleaseSysCache(tuple);
	if (owner != ROLE_PG_DATABASE_OWNER)
		return owner;
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	return owner;
}

/* Warns where another role can put its own tables in the place of ours. */
void
rootfi_role_warn_schema(const char *schema)
{
	Oid			owner = schema_owner(get_namespace_oid(schema, false));

	if (!is_trusted(owner, GetUserId()))
		ereport(WARNING,
				(errmsg("schema \"%s\" belongs to role \"%s\"", schema,
						GetUserNameFromId(owner, false)),
				 errdetail("That role can drop the stream's tables. Into such that it makes in their place nothing is copied."),
				 errhint("Use a \"target_schema\" of your own.")));
}
