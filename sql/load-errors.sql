-- What a COPY that failed tells of the files that it could not read. Redshift cuts the text of the error itself within a
-- file's name. A database user sees the rows of its own queries.

-- statement: load-errors
SELECT TRIM(file_name) AS "file_name", TRIM(error_message) AS "error_message"
FROM sys_load_error_detail
WHERE query_id = CAST(:query AS BIGINT)
ORDER BY 1, 2
LIMIT 100;
