SELECT b0.items AS b0, b1.items AS b1
FROM LATERAL (SELECT coalesce(json_agg(json_build_array(b0r.c0, b0r.c1, b0r.c2)), '[]'::json) AS items
FROM (SELECT CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END AS c0, t1.id AS c1, t1.first_name AS c2
FROM (SELECT ((bit_or(f2l.relation) | f2p.restrictions) | CASE WHEN (f2p.erasure_on <= $1::DATE) THEN 4096 ELSE 0 END) | CASE WHEN (f2p.last_contact < $1::DATE - 730) THEN 8192 ELSE 0 END AS v, f2p.person_id AS person_id
FROM access.person AS f2p JOIN access.link AS f2l ON f2l.person_id = f2p.person_id AND f2l.key = any($2::TEXT[]) AND f2l.valid_from <= $1::DATE AND (f2l.valid_until IS NULL OR f2l.valid_until >= $1::DATE) GROUP BY f2p.person_id) AS f2 JOIN people.person AS t1 ON f2.person_id = t1.id JOIN LATERAL (SELECT f2.v | CASE t1.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x3 ON true
WHERE x3.v & 66 != 0 AND (EXISTS (SELECT 1 AS c0
FROM people.contact AS t4
WHERE t4.person_id = t1.id AND f2.v & 66 != 0 AND (EXISTS (SELECT 1 AS c0
WHERE f2.v & 66 != 0 AND (t4.city_code = $3::VARCHAR COLLATE "C") AND f2.v & 2 != 0)))) AND ($4::VARCHAR COLLATE "C" IS NOT NULL AND (CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END > $4::VARCHAR COLLATE "C" OR CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END = $4::VARCHAR COLLATE "C" AND t1.id > $5::UUID OR CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END IS NULL) OR $4::VARCHAR COLLATE "C" IS NULL AND CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END IS NULL AND t1.id > $5::UUID) ORDER BY CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END ASC NULLS LAST, t1.id
 LIMIT $6::INTEGER) AS b0r) AS b0, LATERAL (SELECT coalesce(json_agg(json_build_array(b1r.c0, b1r.c1)), '[]'::json) AS items
FROM (SELECT DISTINCT t5.id AS c0, x7.v & -65537 AS c1
FROM (SELECT ((bit_or(f6l.relation) | f6p.restrictions) | CASE WHEN (f6p.erasure_on <= $1::DATE) THEN 4096 ELSE 0 END) | CASE WHEN (f6p.last_contact < $1::DATE - 730) THEN 8192 ELSE 0 END AS v, f6p.person_id AS person_id
FROM access.person AS f6p JOIN access.link AS f6l ON f6l.person_id = f6p.person_id AND f6l.key = any($2::TEXT[]) AND f6l.valid_from <= $1::DATE AND (f6l.valid_until IS NULL OR f6l.valid_until >= $1::DATE) GROUP BY f6p.person_id) AS f6 JOIN people.person AS t5 ON f6.person_id = t5.id JOIN LATERAL (SELECT f6.v | CASE t5.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x7 ON true
WHERE x7.v & 66 != 0 AND true
 LIMIT 2001) AS b1r) AS b1
