SELECT r1.n AS c0, CAST(t2.id AS TEXT) AS c1
FROM unnest(CAST(string_to_array($1::VARCHAR, E'\x1f') AS UUID[])) WITH ORDINALITY AS r1(id, n) JOIN people.person AS t2 ON t2.id = r1.id JOIN LATERAL (SELECT (bit_or(f3l.relation) | f3p.restrictions) | CASE WHEN (f3p.erasure_on <= $2::DATE) THEN 4096 ELSE 0 END AS v
FROM access.person AS f3p JOIN access.link AS f3l ON f3l.person_id = f3p.person_id AND f3l.key = any($3::TEXT[]) AND f3l.valid_from <= $2::DATE AND (f3l.valid_until IS NULL OR f3l.valid_until >= $2::DATE)
WHERE f3p.person_id = t2.id GROUP BY f3p.person_id) AS f3 ON true JOIN LATERAL (SELECT f3.v | CASE t2.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x4 ON true
WHERE false
