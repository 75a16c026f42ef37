\echo Use "ALTER EXTENSION rootfi UPDATE" to load this file. \quit
