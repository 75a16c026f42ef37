\echo Use "ALTER EXTENSION rootfi UPDATE" to load this file. \quit

COMMENT ON COLUMN rootfi_stream.synced_to IS
'Start of the last complete pass by the earlier of the server''s clock and ours: changes up to then have been copied';
COMMENT ON COLUMN rootfi_stream.pass_start IS
'Start of this pass by the earlier of the server''s clock and ours';
