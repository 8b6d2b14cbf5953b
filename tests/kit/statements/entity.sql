SELECT r1.n AS c0, CAST(t2.id AS TEXT) AS c1, t2.first_name AS c2, CASE WHEN (x5.v & 2 != 0 AND x5.v & 1024 = 0) THEN t2.last_name ELSE NULL END AS c3, CAST(CASE WHEN (x5.v & 2 != 0) THEN t2.birth_date WHEN (x5.v & 64 != 0) THEN CAST(date_trunc('year', t2.birth_date) AS DATE) ELSE NULL END AS TEXT) AS c4, x5.v & -65537 AS c5, o8.c0 AS c6, o8.c1 AS c7, o8.c2 AS c8
FROM unnest(CAST(string_to_array($1::VARCHAR, E'\x1f') AS UUID[])) WITH ORDINALITY AS r1(id, n) LEFT OUTER JOIN access.merged AS m3 ON m3.person_id = r1.id JOIN people.person AS t2 ON t2.id = CASE WHEN (m3.survivor_id IS NULL) THEN r1.id ELSE m3.survivor_id END JOIN LATERAL (SELECT ((bit_or(f4l.relation) | f4p.restrictions) | CASE WHEN (f4p.erasure_on <= $2::DATE) THEN 4096 ELSE 0 END) | CASE WHEN (f4p.last_contact < $2::DATE - 730) THEN 8192 ELSE 0 END AS v
FROM access.person AS f4p JOIN access.link AS f4l ON f4l.person_id = f4p.person_id AND f4l.key = any($3::TEXT[]) AND f4l.valid_from <= $2::DATE AND (f4l.valid_until IS NULL OR f4l.valid_until >= $2::DATE)
WHERE f4p.person_id = t2.id GROUP BY f4p.person_id) AS f4 ON true JOIN LATERAL (SELECT f4.v | CASE t2.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT true AS c0, o7.c0 AS c1, o7.c1 AS c2
FROM people.contact AS t6 LEFT OUTER JOIN LATERAL (SELECT true AS c0, t6.city_code AS c1
WHERE f4.v & 66 != 0 AND f4.v & 2 != 0) AS o7 ON true
WHERE t6.person_id = t2.id AND f4.v & 66 != 0) AS o8 ON true
WHERE x5.v & 66 != 0
