SELECT r1.n AS c0, CAST(t2.id AS TEXT) AS c1, t2.first_name AS c2, CASE WHEN (x4.v & 2 != 0 AND x4.v & 1024 = 0) THEN t2.last_name ELSE NULL END AS c3, CAST(CASE WHEN (x4.v & 2 != 0) THEN t2.birth_date WHEN (x4.v & 64 != 0) THEN CAST(date_trunc('year', t2.birth_date) AS DATE) ELSE NULL END AS TEXT) AS c4, x4.v & -65537 AS c5, o7.c0 AS c6, o7.c1 AS c7, o7.c2 AS c8
FROM unnest(CAST(string_to_array($1::VARCHAR, E'\x1f') AS UUID[])) WITH ORDINALITY AS r1(id, n) JOIN people.person AS t2 ON t2.id = r1.id JOIN LATERAL (SELECT ((bit_or(f3l.relation) | f3p.restrictions) | CASE WHEN (f3p.erasure_on <= $2::DATE) THEN 4096 ELSE 0 END) | CASE WHEN (f3p.last_contact < $2::DATE - 730) THEN 8192 ELSE 0 END AS v
FROM access.person AS f3p JOIN access.link AS f3l ON f3l.person_id = f3p.person_id AND f3l.key = any($3::TEXT[]) AND f3l.valid_from <= $2::DATE AND (f3l.valid_until IS NULL OR f3l.valid_until >= $2::DATE)
WHERE f3p.person_id = t2.id GROUP BY f3p.person_id) AS f3 ON true JOIN LATERAL (SELECT f3.v | CASE t2.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x4 ON true LEFT OUTER JOIN LATERAL (SELECT true AS c0, o6.c0 AS c1, o6.c1 AS c2
FROM people.contact AS t5 LEFT OUTER JOIN LATERAL (SELECT true AS c0, t5.city_code AS c1
WHERE f3.v & 66 != 0 AND f3.v & 2 != 0) AS o6 ON true
WHERE t5.person_id = t2.id AND f3.v & 66 != 0) AS o7 ON true
WHERE x4.v & 66 != 0
