-- The bench's people, fictitious and the same at each run: {people} people, whose référents each follow 150 of them.
-- Nobody's name is anybody's; phones are of the range that is kept for fiction (06 39 98), addresses end in .example.

CREATE TEMPORARY TABLE place AS SELECT row_number() OVER (ORDER BY code) - 1 AS rank, *
FROM offers.commune WHERE left(code, 2) IN ('08', '2A');

INSERT INTO offers.structure (id, producer, name, siret, networks, city, city_code, source, source_id, as_of)
SELECT 'bench--s' || n, 'bench', 'Structure ' || n, '999' || lpad(n::text, 11, '0'), '{{}}', place.name, place.code,
       'bench', 's' || n, '2026-09-01'
FROM generate_series(0, 499) n JOIN place ON place.rank = n % (SELECT count(*) FROM place);

INSERT INTO offers.service (id, structure_id, producer, name, type, thematics, categories, publics, fees, access_modes,
                            mobilisation_modes, eligibility_zone, open_to_people, city, city_code, at_latitude, at_longitude, source,
                            source_id, as_of)
SELECT 'bench--v' || n, 'bench--s' || n % 500, 'bench', 'Service ' || n, 'accompagnement', ARRAY[category || '--' || n % 7],
       ARRAY[category], '{{}}', 'gratuit', '{{}}', '{{}}', '{{}}', true, place.name, place.code, place.latitude, place.longitude,
       'bench', 'v' || n, '2026-09-01'
FROM generate_series(0, 1999) n JOIN place ON place.rank = n % (SELECT count(*) FROM place),
     LATERAL (SELECT (ARRAY['mobilite', 'famille', 'logement-hebergement', 'numerique'])[n % 4 + 1] AS category) c;

INSERT INTO offers.company (id, name, kind, siret, city, source, source_id, as_of)
SELECT 'bench--c' || n, 'Entreprise ' || n, (ARRAY['ACI', 'AI', 'EI', 'ETTI'])[n % 4 + 1],
       '998' || lpad(n::text, 11, '0'), 'Ville', 'bench', 'c' || n, '2026-09-01'
FROM generate_series(0, 99) n;

INSERT INTO trainings.training (id, title, formacodes, rome_codes, source, source_id, as_of)
SELECT 'bench-t' || n, 'Formation ' || n, '{{}}', '{{}}', 'bench', 't' || n, '2026-09-01' FROM generate_series(0, 99) n;

INSERT INTO trainings.training_session (id, training_id, starts_on, ends_on, recruitment_state, source, source_id, as_of)
SELECT 'bench-n' || n, 'bench-t' || n % 100, date '2026-10-01' + n, date '2026-12-01' + n, 'OUVERT', 'bench', 'n' || n,
       '2026-09-01'
FROM generate_series(0, 199) n;

INSERT INTO appointments.organisation (id, name, siret, type, department, source, source_id, as_of)
SELECT md5('organisation ' || n)::uuid, 'Organisation ' || n, '997' || lpad(n::text, 11, '0'), 'conseil_departemental',
       '08', 'bench', 'o' || n, '2026-09-01'
FROM generate_series(0, 49) n;

INSERT INTO people.structure (id) SELECT 'bench--s' || n FROM generate_series(0, 499) n;

INSERT INTO people.agent (id, email, first_name, last_name, source, source_id, as_of)
SELECT md5('agent ' || n)::uuid, 'agent' || n || '@cd.example', 'Agent', 'Numéro ' || n, 'bench', 'a' || n,
       '2026-09-01'
FROM generate_series(0, ({people} - 1) / 150) n;

INSERT INTO people.person (id, civility, first_name, last_name, birth_name, birth_date, last_name_key, birth_name_key,
                           birth_city_code, source, source_id, as_of)
SELECT md5('person ' || n)::uuid, (ARRAY['MADAME', 'MONSIEUR'])[n % 2 + 1], 'Prénom ' || n % 300, 'Nom ' || n,
       'Naissance ' || n, date '1960-01-01' + n % 16000, 'NOM ' || n, 'NAISSANCE ' || n, '08105', 'bench', 'p' || n,
       '2026-09-01'
FROM generate_series(0, {people} - 1) n;

INSERT INTO people.contact (person_id, email, phones, origin, authorisation, postal_code, city, city_code, source,
                            source_id, as_of)
SELECT md5('person ' || n)::uuid, 'p' || n || '@personne.example', ARRAY['+336399800' || lpad((n % 100)::text, 2, '0')],
       'PERSONNE', 'A', '08000', place.name, place.code, 'bench', 'p' || n, '2026-09-01'
FROM generate_series(0, {people} - 1) n JOIN place ON place.rank = n % (SELECT count(*) FROM place);

INSERT INTO people.rsa (person_id, status, rights_and_duties, rights_and_duties_since, source, source_id, as_of)
SELECT md5('person ' || n)::uuid, 'DROIT_OUVERT_VERSABLE', true, date '2025-01-01' + n % 600, 'bench', 'p' || n,
       '2026-09-01'
FROM generate_series(0, {people} - 1) n;

INSERT INTO people.referent (id, person_id, agent_id, since, structure_id, source, source_id, as_of)
SELECT md5('referent ' || n)::uuid, md5('person ' || n)::uuid, md5('agent ' || n / 150)::uuid, date '2026-01-01' + n % 90,
       'bench--s' || n % 500, 'bench', 'p' || n, '2026-09-01'
FROM generate_series(0, {people} - 1) n;

INSERT INTO people.person_constraint (id, person_id, theme, state, impact, recorded_on, source, source_id, as_of)
SELECT md5('constraint ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid,
       (ARRAY['MOBILITE', 'FAMILLE', 'LOGEMENT', 'NUMERIQUE'])[(n + k) % 4 + 1], (ARRAY['OUI', 'CLOTUREE'])[k % 2 + 1],
       'MOYEN', '2026-03-01', 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 2) k;

INSERT INTO people.orientation (id, person_id, pathway, starts_on, structure_id, source, source_id, as_of)
SELECT md5('orientation ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, (ARRAY['SOCIAL', 'EMPLOI'])[k + 1],
       date '2025-06-01' + 200 * k, 'bench--s' || (n + k) % 500, 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 1) k;

INSERT INTO people.contract (id, person_id, kind, signed_on, ends_on, source, source_id, as_of)
SELECT md5('contract ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, 'CER', date '2025-07-01' + 180 * k,
       date '2025-12-31' + 180 * k, 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 1) k;

INSERT INTO appointments.appointment (id, person_id, starts_at, mode, status, motive_category, motive_type,
                                      organisation_id, rdv_source_id, subject_source_id, source, source_id, as_of)
SELECT md5('appointment ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid,
       timestamptz '2026-06-01 08:00:00+00' + make_interval(days => 30 * k, mins => n % 480), 'PHYSIQUE', 'VU',
       'rsa_accompagnement', 'rsa_accompagnement', md5('organisation ' || (n + k) % 50)::uuid, n || '-' || k, n::text,
       'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 6) k;

INSERT INTO offers.referral (id, person_id, service_id, status, sent_on, source, source_id, as_of)
SELECT md5('referral ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, 'bench--v' || (n * 3 + k) % 2000, 'VALIDEE',
       date '2026-02-01' + 30 * k, 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 2) k;

INSERT INTO offers.job_application (id, person_id, company_id, state, sender, created_at, updated_at, source, source_id,
                                    as_of)
SELECT md5('application ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, 'bench--c' || (n + k) % 100, 'new',
       'prescriber', timestamptz '2026-04-01 10:00:00+00' + make_interval(days => k), date_trunc('day', now()), 'bench',
       n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 2) k;

INSERT INTO offers.immersion_agreement (id, person_id, status, objective, siret, company_name, starts_on, ends_on,
                                        agency_kind, source, source_id, as_of)
SELECT md5('immersion ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, 'ACCEPTED_BY_VALIDATOR',
       'DECOUVRIR_UN_METIER', '99600000000000', 'Accueil ' || n % 40, date '2026-05-01' + 20 * k,
       date '2026-05-08' + 20 * k, 'conseil-departemental', 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 1) k;

INSERT INTO trainings.placement (id, person_id, session_id, status, proposed_on, source, source_id, as_of)
SELECT md5('placement ' || n || ' ' || k)::uuid, md5('person ' || n)::uuid, 'bench-n' || (n + k) % 200, 'RETENU',
       date '2026-08-01' + k, 'bench', n || '-' || k, '2026-09-01'
FROM generate_series(0, {people} - 1) n, generate_series(0, 1) k;

INSERT INTO access.person (person_id, department, brsa, referent_organisation, last_contact)
SELECT md5('person ' || n)::uuid, '08', true, '{siret}', CURRENT_DATE FROM generate_series(0, {people} - 1) n;

INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
SELECT md5('person ' || n)::uuid, relation, scope_id, '2026-01-01', 'bench', n::text
FROM generate_series(0, {people} - 1) n,
     LATERAL (VALUES (2, md5('agent ' || n / 150)::uuid::text), (16, '{siret}'), (32, '08')) AS links (relation, scope_id);

ANALYZE;
