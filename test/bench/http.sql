-- Fills the tables of schema "bench" by the extension http and write_page()
-- of set_based.sql.

CREATE EXTENSION http SCHEMA public;

SET search_path = bench, public;

-- Follows the cursors of a list to its end.
CREATE PROCEDURE load_http(url text, key text) LANGUAGE plpgsql AS $$
DECLARE
	target text := url;
	response http_response;
	page jsonb;
BEGIN
	LOOP
		response := http(('GET', target, ARRAY[http_header('api_key', key)], NULL, NULL)::http_request);
		IF response.status <> 200 THEN
			RAISE 'could not read %: HTTP status %', target, response.status;
		END IF;
		page := response.content::jsonb;
		CALL write_page(page -> 'data');
		COMMIT;
		EXIT WHEN page ->> 'next' IS NULL;
		target := url || '&next=' || urlencode(page ->> 'next');
	END LOOP;
END $$;

-- Asks for one record again and again.
CREATE PROCEDURE get_http(url text, key text, times integer) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. times LOOP
		PERFORM content::jsonb
		FROM http(('GET', url, ARRAY[http_header('api_key', key)], NULL, NULL)::http_request);
	END LOOP;
END $$;
