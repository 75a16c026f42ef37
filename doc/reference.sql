-- Prints the sections of the reference that follow from the catalog and the
-- comments, one for each resource. make reference puts them into
-- doc/reference.md.

\pset tuples_only on
\pset format unaligned
\pset pager off

WITH functions AS (
	-- the functions of a resource: those whose symbol names it, and those of its type
	SELECT r.resource, p.oid, p.proname, p.proretset,
		-- all lists take the same arguments, which the reference explains once
		format('%s(%s)', p.proname, CASE WHEN p.pronargs = 9 THEN '...' ELSE
			regexp_replace(pg_get_function_arguments(p.oid), '::[a-z ]+', '', 'g') END) AS signature,
		obj_description(p.oid, 'pg_proc') AS comment,
		CASE
			WHEN p.proretset THEN 'list'
			ELSE split_part(p.proname, '_', 2)
		END AS verb
	FROM rootfi_resources() AS r
		JOIN pg_proc AS p ON p.proname LIKE 'rootfi\_%' AND (
			p.prosrc = format('rootfi_%s__%s', split_part(p.proname, '_', 2), replace(r.resource, '/', '__'))
			OR p.proretset AND p.proname LIKE 'rootfi\_list\_%' AND p.prorettype = to_regtype(r.row_type))
), calls AS (
	SELECT f.resource, string_agg(format(E'| `%s` | %s%s |', f.signature, f.comment,
		CASE WHEN f.verb = ANY (r.implied) THEN ' (implied)' ELSE '' END), E'\n' ORDER BY f.proname) AS lines
	FROM functions AS f JOIN rootfi_resources() AS r USING (resource)
	GROUP BY f.resource
), columns AS (
	SELECT c.relname::text AS row_type, string_agg(format('%s %s', a.attname,
		replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz')), ', ' ORDER BY a.attnum) AS list
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relkind = 'c' AND c.relname LIKE 'rootfi\_%'
	GROUP BY c.relname
), lists AS (
	SELECT r.resource, string_agg(format(E'`%s(%s)` returns `%s`: %s.\n', p.proname,
		pg_get_function_arguments(p.oid), l.row_type, c.list), E'\n' ORDER BY l.n) AS text
	FROM rootfi_resources() AS r,
		LATERAL jsonb_each_text(r.lists) WITH ORDINALITY AS l (member, row_type, n)
		JOIN columns AS c ON c.row_type = l.row_type
		JOIN pg_proc AS p ON p.prorettype = to_regtype(l.row_type) AND p.proretset
	GROUP BY r.resource
)
SELECT format(E'### %s\n\n`%s`', r.resource, r.path)
	|| coalesce(E'\n\n| function | |\n| --- | --- |\n' || calls.lines, '')
	|| CASE WHEN r.row_type IS NULL THEN '' ELSE format(E'\n\nColumns of `%s`: %s.', r.row_type, columns.list) END
	|| CASE WHEN r.plain_filters <> '{}' THEN E'\n\nFilters that take no operator: `' || array_to_string(r.plain_filters, '`, `') || '`.' ELSE '' END
	|| coalesce(E'\n\nLists inside:\n\n' || rtrim(lists.text, E'\n'), '')
	|| format(E'\n\n```sql\n%s;\n```\n', coalesce(
		(SELECT format('SELECT count(*) FROM %s(%s)', f.proname,
			CASE WHEN r.path LIKE '%{id}%' THEN '''sync_123456''' ELSE 'max_rows => 3' END)
		FROM functions AS f WHERE f.resource = r.resource AND f.verb = 'list'),
		CASE WHEN 'create' = ANY (r.documented) THEN format('SELECT * FROM rootfi_validate(%L, ''create'', ''{}'')', r.resource)
		ELSE format('SELECT documented FROM rootfi_resources() WHERE resource = %L', r.resource) END))
FROM rootfi_resources() WITH ORDINALITY AS r (resource, version, path, documented, implied, row_type, lists, plain_filters, n)
	LEFT JOIN calls USING (resource)
	LEFT JOIN columns USING (row_type)
	LEFT JOIN lists USING (resource)
ORDER BY r.n;
