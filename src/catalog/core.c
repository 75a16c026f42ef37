/*
 * core.c
 *		The resources of RootFi itself: companies, syncs, webhooks.
 */
#include "postgres.h"

#include "catalog/categories.h"

/* Fields: what a create needs, and the types of what the documents name. */

static const Field company_fields[] = {
	{"name", FIELD_STRING},
	{"partner_id", FIELD_STRING},
	{"sync_config", FIELD_OBJECTS},
	{NULL}
};

static const Field invite_link_fields[] = {
	{"integration_categories", FIELD_ARRAY, true},
	{"company_name", FIELD_STRING},
	{"integrations", FIELD_ARRAY},
	{"sync_config", FIELD_OBJECTS},
	{NULL}
};

static const Field sync_fields[] = {
	{"integration_type", FIELD_STRING, true},
	{"full_sync", FIELD_BOOLEAN, true},
	{"data_models_to_sync", FIELD_ARRAY, true},
	{NULL}
};

static const Field webhook_fields[] = {
	{"name", FIELD_STRING},
	{"url", FIELD_STRING},
	{"type", FIELD_STRING},
	{"operations", FIELD_ARRAY},
	{"data_models", FIELD_ARRAY},
	{"headers", FIELD_OBJECT},
	{NULL}
};

/* Lists inside records. */

static const ChildList company_children[] = {
	{"connections", "rootfi_company_connection", "company_connections",
	"company_rootfi_id"},
	{"activity_log", "rootfi_company_activity", "company_activities",
	"company_rootfi_id"},
	{NULL}
};

const Resource rootfi_core[] = {
	/* Core, version 3 */
	{
		NAMES(COMPANIES_RESOURCE, "/v3/core/companies",
			  "company", "companies", "rootfi_company", "companies"),
		.documented = GET | UPDATE | LIST,
		.body = BODY_PLAIN,
		.fields = company_fields,
		.core = true,
		.children = company_children,
	},
	{
		NAMES("v3/core/invite_links", "/v3/core/invite_links",
			  "invite link", "invite links", "rootfi_invite_link",
			  "invite_links"),
		.documented = CREATE | UPDATE,
		.implied = GET | DELETE | LIST,
		.body = BODY_PLAIN,
		.fields = invite_link_fields,
		.core = true,
	},
	{
		NAMES(SYNCS_RESOURCE, "/v3/core/syncs",
			  "sync", "syncs", "rootfi_sync", "syncs"),
		.documented = CREATE | GET | LIST,
		.body = BODY_BARE,
		.fields = sync_fields,
		.plain_filters = "rootfi_company_id",
		.core = true,
	},
	{
		NAMES("v3/core/syncs/{id}/jobs", "/v3/core/syncs/{id}/jobs",
			  "sync job", "sync jobs", "rootfi_sync_job", "sync_jobs"),
		.documented = LIST,
		.core = true,
	},
	{
		NAMES("v3/core/syncs/jobs", "/v3/core/syncs/jobs",
			  "sync job", "sync jobs", NULL, NULL),
		.documented = GET,
		.core = true,
	},
	{
		NAMES("v3/core/webhooks", "/v3/core/webhooks",
			  "webhook", "webhooks", "rootfi_webhook", "webhooks"),
		.documented = CREATE | UPDATE,
		.implied = GET | DELETE | LIST,
		.body = BODY_PLAIN,
		.create_member = "webhook",
		.fields = webhook_fields,
		.core = true,
	},
	{NULL}
};
