SELECT r1.n AS c0, CAST(t2.id AS TEXT) AS c1, a8.items AS c2
FROM unnest(CAST(string_to_array($1::VARCHAR, E'\x1f') AS UUID[])) WITH ORDINALITY AS r1(id, n) LEFT OUTER JOIN access.merged AS m3 ON m3.person_id = r1.id JOIN people.person AS t2 ON t2.id = CASE WHEN (m3.survivor_id IS NULL) THEN r1.id ELSE m3.survivor_id END JOIN LATERAL (SELECT (bit_or(f4l.relation) | f4p.restrictions) | CASE WHEN (f4p.erasure_on <= $2::DATE) THEN 4096 ELSE 0 END AS v
FROM access.person AS f4p JOIN access.link AS f4l ON f4l.person_id = f4p.person_id AND f4l.key = any($3::TEXT[]) AND f4l.valid_from <= $2::DATE AND (f4l.valid_until IS NULL OR f4l.valid_until >= $2::DATE)
WHERE f4p.person_id = t2.id GROUP BY f4p.person_id) AS f4 ON true JOIN LATERAL (SELECT f4.v | CASE t2.work_situation WHEN 'MALADIE' THEN 65536 WHEN 'INVALIDITE' THEN 65536 ELSE 0 END AS v) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(json_build_array(a8r.c0, a8r.c1)), '[]'::json) AS items
FROM (SELECT t6.theme AS c0, x7.v AS c1
FROM people.person_constraint AS t6 JOIN LATERAL (SELECT (f4.v | CASE WHEN (t6.recorded_by = $4::VARCHAR) THEN 256 ELSE 0 END) | CASE t6.theme WHEN 'JUSTICE' THEN 131072 WHEN 'SANTE' THEN 65536 WHEN 'SEJOUR' THEN 262144 ELSE 0 END AS v) AS x7 ON true
WHERE t6.person_id = t2.id AND x7.v & 2 != 0 AND (x7.v & 65536 = 0 OR x7.v & 2 != 0) AND x7.v & 131072 = 0 AND x7.v & 262144 = 0 ORDER BY t6.id
 LIMIT 101) AS a8r) AS a8 ON true
WHERE x5.v & 2 != 0
