-- The season, asked of the tables with DuckDB. Run it in the folder that holds them:
--
--     cd "$OUTPUT_DIR" && duckdb -c ".read /path/to/examples/queries.sql"

-- The files of single games lie in the table's own folder, merged ones in folders such as date=2026-05-04. While games are
-- being merged one may be in both, with the same rows, so DISTINCT makes it count once.
CREATE OR REPLACE VIEW podium AS
SELECT DISTINCT game_token, user_token, rank, rounds, damage_received, damage_sent
FROM read_parquet('superhero/GAME_PODIUM/**/*.gz.parquet', hive_partitioning = false);

CREATE OR REPLACE VIEW meta AS
SELECT DISTINCT game_token, user_token, superhero_id
FROM read_parquet('superhero/GAME_META/**/*.gz.parquet', hive_partitioning = false);

-- The best heroes.
SELECT superhero_id, count(*) AS games, count(*) FILTER (WHERE rank = 1) AS wins, round(100.0 * wins / games, 1) AS percent
FROM podium JOIN meta USING (game_token, user_token)
GROUP BY superhero_id
ORDER BY wins DESC, games
LIMIT 10;

-- Who wins against whom: for each pair of heroes in a game, how often the first outlived the second.
SELECT a.superhero_id AS hero, b.superhero_id AS against, count(*) AS games, count(*) FILTER (WHERE pa.rank < pb.rank) AS better
FROM podium pa JOIN meta a USING (game_token, user_token)
JOIN podium pb ON pb.game_token = pa.game_token AND pb.user_token <> pa.user_token
JOIN meta b ON b.game_token = pb.game_token AND b.user_token = pb.user_token
GROUP BY ALL
ORDER BY games DESC, better DESC
LIMIT 10;

-- The longest games.
SELECT game_token, count(*) AS participants, sum(rounds) AS attacks, sum(damage_sent) AS damage
FROM podium
GROUP BY game_token
ORDER BY attacks DESC
LIMIT 10;

-- How many games have how many participants.
SELECT participants, count(*) AS games
FROM (SELECT game_token, count(*) AS participants FROM podium GROUP BY game_token)
GROUP BY participants
ORDER BY participants;
