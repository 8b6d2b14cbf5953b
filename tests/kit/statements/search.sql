SELECT CAST(t1.id AS TEXT) AS c0, t1.first_name AS c1
FROM people.person AS t1 JOIN LATERAL (SELECT ((bit_or(f2l.relation) | f2p.restrictions) | CASE WHEN (f2p.erasure_on <= $1::DATE) THEN 4096 ELSE 0 END) | CASE WHEN (f2p.last_contact < $1::DATE - 730) THEN 8192 ELSE 0 END AS v
FROM access.person AS f2p JOIN access.link AS f2l ON f2l.person_id = f2p.person_id AND f2l.key = any($2::TEXT[]) AND f2l.valid_from <= $1::DATE AND (f2l.valid_until IS NULL OR f2l.valid_until >= $1::DATE)
WHERE f2p.person_id = t1.id GROUP BY f2p.person_id) AS f2 ON true JOIN LATERAL (SELECT f2.v | CASE t1.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x3 ON true
WHERE x3.v & 66 != 0 AND (CASE WHEN (x3.v & 2 != 0 AND x3.v & 1024 = 0) THEN t1.last_name_key ELSE NULL END = $3::VARCHAR COLLATE "C") ORDER BY t1.id
 LIMIT $4::INTEGER
