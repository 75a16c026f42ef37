-- Core: companies, invite links, syncs and webhooks, which have no version 4.

--@ record company | companies | v3/core/companies | list | company | companies
CREATE TYPE rootfi_company AS (
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	name text,
	partner_id text,
	invite_link jsonb,
	connections jsonb,
	activity_log jsonb,
	extra jsonb
);

CREATE FUNCTION rootfi_get_company(company_id bigint)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__companies'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_get_company(bigint) IS
'Returns the company with that rootfi_id';

CREATE FUNCTION rootfi_update_company(company_id bigint, data jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_update__v3__core__companies'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_update_company(bigint, jsonb) IS
'Changes the name, partner_id or sync_config of a company';

REVOKE EXECUTE ON FUNCTION rootfi_update_company(bigint, jsonb) FROM PUBLIC;

--@ list company_connection | company_connections | companies | connection of a company | connections of companies
CREATE TYPE rootfi_company_connection AS (
	--@ columns child company_rootfi_id
	integration_type text,
	category text,
	connection_status text,
	sync_status text,
	sync_resume_at timestamptz,
	last_synced timestamptz,
	tally_last_active_at timestamptz,
	rate_limits jsonb,
	sync_config jsonb,
	zoho_sub_calls_enabled boolean,
	extra jsonb
);

--@ list company_activity | company_activities | companies | entry of the activity log of a company | activity logs of companies
CREATE TYPE rootfi_company_activity AS (
	--@ columns child company_rootfi_id
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	activity_type text,
	extra jsonb
);

--@ record invite_link | invite_links | v3/core/invite_links | create-plain get update delete list | invite link | invite links
CREATE TYPE rootfi_invite_link AS (
	rootfi_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	invite_link_id text,
	company_name text,
	integrations jsonb,
	integration_categories jsonb,
	sync_config jsonb,
	extra jsonb
);

--@ record sync | syncs | v3/core/syncs | get list | sync | syncs
CREATE TYPE rootfi_sync AS (
	rootfi_id bigint,
	rootfi_company_id bigint,
	rootfi_created_at timestamptz,
	rootfi_updated_at timestamptz,
	sync_id text,
	integration_type text,
	full_sync boolean,
	sync_type text,
	config_mode text,
	sync_data_models jsonb,
	status text,
	total_count integer,
	success_count integer,
	failed_count integer,
	running_count integer,
	pending_count integer,
	start_time timestamptz,
	end_time timestamptz,
	extra jsonb
);

CREATE FUNCTION rootfi_start_sync(
	company_id bigint,
	integration_type text,
	data_models text[],
	full_sync boolean DEFAULT false)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_start__v3__core__syncs'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_start_sync(bigint, text, text[], boolean) IS
'Lets RootFi read data models from the platform of a company';

REVOKE EXECUTE ON FUNCTION rootfi_start_sync(bigint, text, text[], boolean) FROM PUBLIC;

CREATE FUNCTION rootfi_wait_sync(sync_id text, timeout interval DEFAULT '10 minutes')
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_wait__v3__core__syncs'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_wait_sync(text, interval) IS
'Waits for the end of a sync or asynchronous write and returns it with its jobs';

--@ record sync_job | sync_jobs | v3/core/syncs/{id}/jobs | list-nested | job of a sync | jobs of the sync with that id
CREATE TYPE rootfi_sync_job AS (
	rootfi_id bigint,
	start_time timestamptz,
	end_time timestamptz,
	integration_type text,
	status text,
	data_model text,
	config_mode text,
	sync_id text,
	parent_job_id text,
	retry_count integer,
	priority integer,
	variables jsonb,
	error jsonb,
	config_id text,
	job_type text,
	response_length bigint,
	response_size bigint,
	rate_limit_sleep_time numeric,
	extra jsonb
);

CREATE FUNCTION rootfi_get_sync_job(id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get__v3__core__syncs__jobs'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_get_sync_job(text) IS
'Returns the job of a sync with that rootfi_id';

CREATE FUNCTION rootfi_get_sync_config(category text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_get_sync_config'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;

COMMENT ON FUNCTION rootfi_get_sync_config(text) IS
'Returns the sync configuration of a category: ACCOUNTING, PAYMENTS, CRM, ECOMMERCE or CUSTOM';

REVOKE EXECUTE ON FUNCTION rootfi_get_sync_config(text) FROM PUBLIC;

--@ record webhook | webhooks | v3/core/webhooks | create-plain get update delete list | webhook | webhooks
CREATE TYPE rootfi_webhook AS (
	id text,
	name text,
	type text,
	url text,
	operations jsonb,
	data_models jsonb,
	headers jsonb,
	created_at timestamptz,
	extra jsonb
);

CREATE FUNCTION rootfi_passthrough(
	company_id bigint,
	method text,
	path text,
	data jsonb DEFAULT NULL,
	params jsonb DEFAULT NULL,
	headers jsonb DEFAULT NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'rootfi_passthrough'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION rootfi_passthrough(bigint, text, text, jsonb, jsonb, jsonb) IS
'Sends a request through RootFi to the platform of a company';

REVOKE EXECUTE ON FUNCTION rootfi_passthrough(bigint, text, text, jsonb, jsonb, jsonb) FROM PUBLIC;
