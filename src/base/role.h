/*
 * role.h
 *		To act as another role for a while, and whose code that runs.
 */
#ifndef ROOTFI_ROLE_H
#define ROOTFI_ROLE_H

/* Who we were, and the settings we had. */
typedef struct RoleState
{
	Oid			user;
	int			security;
	int			level;			/* of settings */
} RoleState;

extern RoleState rootfi_role_begin(void);
extern void rootfi_role_become(Oid role);
extern void rootfi_role_heed_policies(void);
extern void rootfi_role_settle(void);
extern void rootfi_role_end(const RoleState *state);
extern Oid	rootfi_role_of_table(Oid relid);
extern void rootfi_role_check_table(Oid relid, Oid role);
extern void rootfi_role_warn_schema(const char *schema);

#endif							/* ROOTFI_ROLE_H */
