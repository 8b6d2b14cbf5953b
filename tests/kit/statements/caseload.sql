SELECT CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END AS c0, t1.id AS c1, t1.id AS c2, t1.first_name AS c3
FROM (SELECT (bit_or(f2l.relation) | f2p.restrictions) | CASE WHEN (f2p.last_contact < $1::DATE - 730) THEN 8192 ELSE 0 END AS v, f2p.person_id AS person_id
FROM access.person AS f2p JOIN access.link AS f2l ON f2l.person_id = f2p.person_id AND f2l.key = any($2::TEXT[]) AND f2l.valid_from <= $1::DATE AND (f2l.valid_until IS NULL OR f2l.valid_until >= $1::DATE) GROUP BY f2p.person_id) AS f2 JOIN people.person AS t1 ON f2.person_id = t1.id
WHERE f2.v & 66 != 0 AND (EXISTS (SELECT 1 AS c0
FROM people.contact AS t3
WHERE t3.person_id = t1.id AND f2.v & 66 != 0 AND (EXISTS (SELECT 1 AS c0
WHERE f2.v & 66 != 0 AND (t3.city_code = $3::VARCHAR COLLATE "C") AND f2.v & 2 != 0)))) AND ($4::VARCHAR COLLATE "C" IS NOT NULL AND (CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END > $4::VARCHAR COLLATE "C" OR CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END = $4::VARCHAR COLLATE "C" AND t1.id > $5::UUID OR CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END IS NULL) OR $4::VARCHAR COLLATE "C" IS NULL AND CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END IS NULL AND t1.id > $5::UUID) ORDER BY CASE WHEN (f2.v & 2 != 0 AND f2.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END ASC NULLS LAST, t1.id
 LIMIT $6::INTEGER
