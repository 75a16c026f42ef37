/*
 * fields_core.c -- the members of the core's objects, version 3 (3.13)
 */
#include "fields.h"

static const Field scope_access_fields[] = {
	{.name = "READ", .kind = FIELD_BOOLEAN},
	{.name = "CREATE", .kind = FIELD_BOOLEAN},
	{.name = "UPDATE", .kind = FIELD_BOOLEAN},
	{.name = "DELETE", .kind = FIELD_BOOLEAN},
	{.name = NULL}
};

const Field sync_config_fields[] = {
	{.name = "data_model", .values = "ECOMMERCE_ORDERS ECOMMERCE_CUSTOMERS "
	"ECOMMERCE_PRODUCTS PAYMENT_ORDERS"},
	{.name = "category", .values = "ECOMMERCE"},
	{.name = "enabled", .kind = FIELD_BOOLEAN},
	{.name = "frequency", .values = "DAILY WEEKLY MONTHLY YEARLY"},
	{.name = "interval", .kind = FIELD_NUMBER, .sample = "1"},
	{.name = "scope_access", .kind = FIELD_OBJECT,
	.children = scope_access_fields},
	{.name = "sync_from", .sample = "{-365}", .nullable = true},
	{.name = "custom_fields", .kind = FIELD_STRINGS},
	{.name = NULL}
};

const Field company_fields[] = {
	{.name = "name"},
	{.name = "partner_id"},
	{.name = "sync_config", .kind = FIELD_LIST,
	.children = sync_config_fields},
	{.name = NULL}
};

/* Here connections have a status and an array of configurations (C24). */
static const Field connection_fields[] = {
	{.name = "integration_type", .values = "ROOTFI_SANDBOX"},
	{.name = "category", .values = "ECOMMERCE"},
	{.name = "status", .values = "HEALTHY"},
	{.name = "sync_status", .values = "IDLE"},
	{.name = "sync_resume_at", .sample = "{+1}", .nullable = true},
	{.name = "last_synced", .sample = "{+0}"},
	{.name = "tally_last_active_at"},
	{.name = "rate_limits", .kind = FIELD_MAP,
	.sample = "{'counters':{},'lastReset':{},'maxLimits':{}}"},
	{.name = "sync_config", .kind = FIELD_LIST, .count = 2,
	.children = sync_config_fields},
	{.name = "zoho_sub_calls_enabled", .kind = FIELD_BOOLEAN},
	{.name = NULL}
};

const Field invite_link_fields[] = {
	{.name = "company_name", .sample = "Company {id}"},
	{.name = "integrations", .kind = FIELD_STRINGS,
	.values = "ROOTFI_SANDBOX"},
	{.name = "integration_categories", .kind = FIELD_STRINGS,
	.required = true, .values = "ECOMMERCE PAYMENTS"},
	{.name = "sync_config", .kind = FIELD_LIST, .count = 1,
	.children = sync_config_fields},
	{.name = "connections", .kind = FIELD_LIST, .count = 1,
	.children = connection_fields},
	{.name = NULL}
};

/* What a sync is asked for with. */
const Field sync_fields[] = {
	{.name = "integration_type", .required = true},
	{.name = "full_sync", .kind = FIELD_BOOLEAN, .required = true},
	{.name = "data_models_to_sync", .kind = FIELD_STRINGS, .required = true},
	{.name = NULL}
};

const Field webhook_fields[] = {
	{.name = "headers", .kind = FIELD_MAP,
	.sample = "{'Authorization':'Bearer {digits}'}", .nullable = true},
	{.name = "operations", .kind = FIELD_STRINGS,
	.values = "CREATE UPDATE DELETE"},
	{.name = "data_models", .kind = FIELD_STRINGS,
	.values = "ECOMMERCE_ORDERS ECOMMERCE_CUSTOMERS"},
	{.name = "name", .sample = "Zoë's webhook {id}"},
	{.name = "created_at", .kind = FIELD_TIME},
	{.name = "type", .kind = FIELD_ENUM, .missing = "DATA_MODEL_CHANGES",
	.values = "DATA_MODEL_CHANGES CONNECTION_CHANGED SYNC_COMPLETED"},
	{.name = "url", .required = true,
	.sample = "https://hooks.example.com/{id}"},
	{.name = NULL}
};
