-- The last week, asked of the tables with DuckDB, which needs no extension for it. Run it in the folder that holds them:
--
--     cd "$OUTPUT_DIR" && duckdb -c ".read /path/to/examples/queries.sql"

-- Which games: those that ended on these days, in UTC, both included. Only the parts of these days are read.
SET TimeZone = 'UTC';
SET VARIABLE since = current_date - 7;
SET VARIABLE until = current_date - 1;

-- First the files of single games, then the Delta tables: a game is in the tables before its own files are removed, so that none is missed.
-- If a file is removed while it is about to be read, DuckDB says so; run it again.
CREATE OR REPLACE TEMP TABLE single_podium (game_token VARCHAR, user_token VARCHAR, rank SMALLINT, rounds INTEGER, damage_received BIGINT, damage_sent BIGINT, date DATE);
CREATE OR REPLACE TEMP TABLE single_meta (game_token VARCHAR, user_token VARCHAR, superhero_id INTEGER, date DATE);
CREATE OR REPLACE TEMP TABLE single_session (game_token VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, participants INTEGER, attacks BIGINT, silo VARCHAR, claimed_at TIMESTAMPTZ, date DATE);

-- DuckDB can't read from a pattern that no file has, so nothing is inserted then.
SET VARIABLE singles = (SELECT list(file) FROM glob('superhero/GAME_PODIUM/*.gz.parquet'));
INSERT INTO single_podium BY NAME
FROM query(if(getvariable('singles') IS NULL, 'FROM single_podium', 'FROM read_parquet(getvariable(''singles''), union_by_name = true)'));
INSERT INTO single_session BY NAME
FROM query(if(getvariable('singles') IS NULL, 'FROM single_session', '
    SELECT game_token, started_at::TIMESTAMPTZ AS started_at, ended_at::TIMESTAMPTZ AS ended_at,
        participants, attacks, silo, claimed_at::TIMESTAMPTZ AS claimed_at, ended_at::TIMESTAMPTZ::DATE AS date
    FROM (
        PIVOT (SELECT file_name, decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(getvariable(''singles'')))
        ON key IN (''game_token'', ''started_at'', ''ended_at'', ''silo'', ''claimed_at'') USING any_value(value) GROUP BY file_name
    )
    JOIN (SELECT game_token, count(*) AS participants, sum(rounds) AS attacks FROM single_podium GROUP BY game_token) USING (game_token)'));
SET VARIABLE singles = (SELECT list(file) FROM glob('superhero/GAME_META/*.gz.parquet'));
INSERT INTO single_meta BY NAME
FROM query(if(getvariable('singles') IS NULL, 'FROM single_meta', 'FROM read_parquet(getvariable(''singles''), union_by_name = true)'));
UPDATE single_podium SET date = session.date FROM single_session session WHERE session.game_token = single_podium.game_token;
UPDATE single_meta SET date = session.date FROM single_session session WHERE session.game_token = single_meta.game_token;

-- A replay of a table's log: of each path, its last action counts; the newest checkpoint stands for the commits up to it.
CREATE OR REPLACE TEMP MACRO replay(name, checkpoint) AS 'SELECT list(''superhero/delta/' || name || '/'' || url_decode(path)) FROM (
    SELECT path FROM (
        SELECT parse_filename(filename)[:20]::BIGINT AS version, coalesce("add".path, remove.path) AS path, "add" IS NOT NULL AS added
        FROM read_json(''superhero/delta/' || name || '/_delta_log/*.json'', format = ''newline_delimited'', filename = true,
            columns = {add: ''STRUCT(path VARCHAR)'', remove: ''STRUCT(path VARCHAR)''})'
    || coalesce(' UNION ALL SELECT parse_filename(filename)[:20]::BIGINT, "add".path, true FROM read_parquet(''' || checkpoint || ''', filename = true)', '')
    || ') WHERE path IS NOT NULL GROUP BY path HAVING arg_max(added, version))';

-- The tables against the order in which they are committed: a game that has its session is in the others, too.
CREATE OR REPLACE TEMP MACRO parts(name, commits, checkpoint) AS if(commits = 0, 'SELECT NULL', replay(name, checkpoint));
SET VARIABLE commits = (SELECT count(*) FROM glob('superhero/delta/GAME_SESSION/_delta_log/*.json'));
SET VARIABLE checkpoint = (SELECT max(file) FROM glob('superhero/delta/GAME_SESSION/_delta_log/*.checkpoint.parquet'));
SET VARIABLE session_parts = (FROM query(parts('GAME_SESSION', getvariable('commits'), getvariable('checkpoint'))));
SET VARIABLE commits = (SELECT count(*) FROM glob('superhero/delta/GAME_PODIUM/_delta_log/*.json'));
SET VARIABLE checkpoint = (SELECT max(file) FROM glob('superhero/delta/GAME_PODIUM/_delta_log/*.checkpoint.parquet'));
SET VARIABLE podium_parts = (FROM query(parts('GAME_PODIUM', getvariable('commits'), getvariable('checkpoint'))));
SET VARIABLE commits = (SELECT count(*) FROM glob('superhero/delta/GAME_META/_delta_log/*.json'));
SET VARIABLE checkpoint = (SELECT max(file) FROM glob('superhero/delta/GAME_META/_delta_log/*.checkpoint.parquet'));
SET VARIABLE meta_parts = (FROM query(parts('GAME_META', getvariable('commits'), getvariable('checkpoint'))));
SET VARIABLE commits = (SELECT count(*) FROM glob('superhero/delta/SUPERHERO/_delta_log/*.json'));
SET VARIABLE checkpoint = (SELECT max(file) FROM glob('superhero/delta/SUPERHERO/_delta_log/*.checkpoint.parquet'));
SET VARIABLE hero_parts = (FROM query(parts('SUPERHERO', getvariable('commits'), getvariable('checkpoint'))));
CREATE OR REPLACE TEMP MACRO reading(parts) AS
    'FROM read_parquet(getvariable(''' || parts || '''), union_by_name = true, hive_partitioning = true, hive_types = {''date'': ''DATE''})
    WHERE date BETWEEN getvariable(''since'') AND getvariable(''until'')';

-- Each game once: of single games those that the tables do not contain.
CREATE OR REPLACE TEMP MACRO each_once(single, parts) AS 'FROM ' || single || ' WHERE date BETWEEN getvariable(''since'') AND getvariable(''until'')'
    || if(getvariable(parts) IS NULL, '', ' AND game_token NOT IN (SELECT game_token ' || reading(parts) || ') UNION ALL BY NAME ' || reading(parts));
CREATE OR REPLACE TEMP VIEW podium AS FROM query(each_once('single_podium', 'podium_parts'));
CREATE OR REPLACE TEMP VIEW meta AS FROM query(each_once('single_meta', 'meta_parts'));
CREATE OR REPLACE TEMP VIEW session AS FROM query(each_once('single_session', 'session_parts'));

-- The heroes, if a silo has seen the collection.
CREATE OR REPLACE TEMP TABLE hero (superhero_id INTEGER, name VARCHAR, attack BIGINT, health BIGINT);
INSERT INTO hero BY NAME FROM query(if(getvariable('hero_parts') IS NULL, 'FROM hero', 'FROM read_parquet(getvariable(''hero_parts''), hive_partitioning = false)'));

-- How many games.
SELECT count(DISTINCT game_token) AS games, min(date) AS since, max(date) AS until FROM podium;

-- The best heroes, by what their win rate is at least (Wilson's interval, 95 %), so that one lucky game makes none of them the best.
SELECT superhero_id, any_value(name) AS name, count(*) AS games, count(*) FILTER (WHERE rank = 1) AS wins, round(100.0 * wins / games, 1) AS percent,
    round(100 * (wins / games + 1.9208 / games - 1.96 * sqrt(wins / games * (1 - wins / games) / games + 0.9604 / games ** 2)) / (1 + 3.8416 / games), 1) AS at_least,
    round(100 * (wins / games + 1.9208 / games + 1.96 * sqrt(wins / games * (1 - wins / games) / games + 0.9604 / games ** 2)) / (1 + 3.8416 / games), 1) AS at_most
FROM podium JOIN meta USING (game_token, user_token) LEFT JOIN hero USING (superhero_id)
GROUP BY superhero_id
ORDER BY at_least DESC, games DESC, superhero_id
LIMIT 10;

-- The players with the most wins.
SELECT user_token, count(*) AS games, count(*) FILTER (WHERE rank = 1) AS wins, sum(damage_sent) AS damage
FROM podium
GROUP BY user_token
ORDER BY wins DESC, damage DESC, user_token
LIMIT 10;

-- Who wins against whom: for each pair of heroes in a game, how often the first outlived the second.
SELECT a.superhero_id AS hero, b.superhero_id AS against, count(*) AS games, count(*) FILTER (WHERE pa.rank < pb.rank) AS better
FROM podium pa JOIN meta a USING (game_token, user_token)
JOIN podium pb ON pb.game_token = pa.game_token AND pb.user_token <> pa.user_token
JOIN meta b ON b.game_token = pb.game_token AND b.user_token = pb.user_token
GROUP BY ALL
ORDER BY games DESC, better DESC, hero, against
LIMIT 10;

-- Upsets: a winner whose hero has at most half of the attack times health of the strongest one that it beat.
SELECT game_token, any_value(winner.name) AS winner, arg_max(beaten.name, beaten.attack::DOUBLE * beaten.health) AS beaten,
    round(max(beaten.attack::DOUBLE * beaten.health) / (any_value(winner.attack)::DOUBLE * any_value(winner.health)), 1) AS times_as_strong
FROM (SELECT game_token, user_token, attack, health, name FROM podium JOIN meta USING (game_token, user_token) JOIN hero USING (superhero_id)
    WHERE rank = 1 AND attack > 0 AND health > 0) winner
JOIN (SELECT game_token, attack, health, name FROM podium JOIN meta USING (game_token, user_token) JOIN hero USING (superhero_id)
    WHERE rank > 1) beaten USING (game_token)
GROUP BY game_token, winner.user_token
HAVING times_as_strong >= 2
ORDER BY times_as_strong DESC, game_token
LIMIT 10;

-- The longest games, by time and by attacks.
SELECT game_token, ended_at - started_at AS took, participants, attacks FROM session ORDER BY took DESC NULLS LAST, game_token LIMIT 10;
SELECT game_token, attacks, participants, ended_at - started_at AS took FROM session ORDER BY attacks DESC, game_token LIMIT 10;

-- Games an hour, by the time at which they ended.
SELECT date_trunc('hour', ended_at) AS hour, count(*) AS games, sum(attacks) AS attacks FROM session GROUP BY hour ORDER BY hour;

-- Games by silo, and how long after its end a game was claimed.
SELECT silo, count(*) AS games, median(claimed_at - ended_at) AS usually, max(claimed_at - ended_at) AS longest FROM session GROUP BY silo ORDER BY silo;

-- How many games have how many participants.
SELECT participants, count(*) AS games FROM session GROUP BY participants ORDER BY participants;
