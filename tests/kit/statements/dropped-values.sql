SELECT r1.n AS c0, CAST(t2.id AS TEXT) AS c1, a7.items AS c2
FROM unnest(CAST(string_to_array($1::VARCHAR, E'\x1f') AS UUID[])) WITH ORDINALITY AS r1(id, n) JOIN people.person AS t2 ON t2.id = r1.id JOIN LATERAL (SELECT (bit_or(f3l.relation) | f3p.restrictions) | CASE WHEN (f3p.erasure_on <= $2::DATE) THEN 4096 ELSE 0 END AS v
FROM access.person AS f3p JOIN access.link AS f3l ON f3l.person_id = f3p.person_id AND f3l.key = any($3::TEXT[]) AND f3l.valid_from <= $2::DATE AND (f3l.valid_until IS NULL OR f3l.valid_until >= $2::DATE)
WHERE f3p.person_id = t2.id GROUP BY f3p.person_id) AS f3 ON true JOIN LATERAL (SELECT f3.v | CASE t2.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(json_build_array(a7r.c0, a7r.c1)), '[]'::json) AS items
FROM (SELECT t5.theme AS c0, x6.v AS c1
FROM people.person_constraint AS t5 JOIN LATERAL (SELECT (f3.v | CASE WHEN (t5.recorded_by = $4::VARCHAR) THEN 256 ELSE 0 END) | CASE t5.theme WHEN 'JUSTICE' THEN 131072 WHEN 'SANTE' THEN 65536 WHEN 'SEJOUR' THEN 262144 ELSE 0 END AS v) AS x6 ON true
WHERE t5.person_id = t2.id AND x6.v & 2 != 0 AND (x6.v & 65536 = 0 OR x6.v & 2 != 0) AND x6.v & 131072 = 0 AND x6.v & 262144 = 0 ORDER BY t5.id
 LIMIT 101) AS a7r) AS a7 ON true
WHERE x4.v & 2 != 0
