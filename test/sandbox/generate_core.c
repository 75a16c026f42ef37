/*
 * generate_core.c -- the JSON of generated companies
 */
#include "generate.h"

/*
 * A company with its one connection (3.13).
 */
void
generate_company(Buffer *out, const World *world, const Record *record)
{
	int64_t		id = record->rootfi_id;
	int64_t		made = record->created_at;

	(void) world;
	buffer_json(out, "{'rootfi_id':%d,'rootfi_created_at':%t,"
				"'rootfi_updated_at':%t,'name':'Company %d',"
				"'partner_id':'partner-%d','invite_link':{'rootfi_id':%d,"
				"'rootfi_created_at':%t,'rootfi_updated_at':%t,"
				"'invite_link_id':'invite-%d','integrations':"
				"['ROOTFI_SANDBOX'],'integration_categories':['ECOMMERCE',"
				"'PAYMENTS']},'connections':[{'integration_type':"
				"'ROOTFI_SANDBOX','category':'ECOMMERCE',"
				"'connection_status':'HEALTHY','sync_status':'IDLE',"
				"'sync_resume_at':null,'last_synced':%t,'rate_limits':"
				"{'counters':{},'lastReset':{},'maxLimits':{}},"
				"'sync_config':{}}],'activity_log':[{'rootfi_id':%d,"
				"'rootfi_created_at':%t,'rootfi_updated_at':%t,"
				"'activity_type':'COMPANY_CREATED'}]}",
				id, made, record->updated_at, id, id, id, made,
				record->updated_at, id, made, CHILD_ID(id, 1), made,
				record->updated_at);
}
