using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>Checks the parts of one day: each of them, and the tables against each other and against single games.</summary>
/// <param name="store">Where they are.</param>
/// <param name="partition">The day.</param>
/// <param name="problem">Told what is wrong.</param>
internal sealed class DayCheck(IOutputStore store, Partition partition, Action<string> problem)
{
    private readonly Dictionary<Guid, GameSum>[] _games = [.. TableSchema.Compacted.Select(_ => new Dictionary<Guid, GameSum>())];
    private bool _damaged;

    /// <summary>How many games were found.</summary>
    public int Games => _games[^1].Count;

    /// <summary>Whether the tables contain a game.</summary>
    public bool Contains(Guid game) => _games[^1].ContainsKey(game);

    /// <summary>Reads a part.</summary>
    /// <param name="index">The index of the table in <see cref="TableSchema.Compacted"/>.</param>
    /// <param name="table">The table.</param>
    /// <param name="file">The part.</param>
    public async Task AddAsync(int index, DeltaTable table, AddedFile file)
    {
        var path = table.StoredFileOf(file).Path;
        try
        {
            var content = await store.ReadAsync(path);
            if (content.Length != file.Size)
            {
                problem($"{path}: it has {content.Length} bytes, and the log says {file.Size}");
            }

            using var part = ParquetFile.Open(table.Schema, content);
            var statistics = new PartStatistics(table.Schema);
            string? before = null;
            for (var group = 0; group < part.RowGroups; group++)
            {
                var rows = part.Read(group);
                statistics.Add(rows);
                foreach (var (token, start, count) in rows.Runs())
                {
                    // The rows of a game may continue in the next row group, if another program has written the part.
                    Add(index, table.Schema, path, token, rows, start, count, continues: token == before);
                    before = token;
                }
            }

            if (statistics.Rows != file.Rows || (PartName.TimeOf(file.FilePath) is not null && !part.HasOtherColumns && statistics.ToString() != file.Stats))
            {
                problem($"{path}: its rows are not those of which the log has the statistics");
            }
        }
        catch (FileNotFoundException)
        {
            _damaged = true;
            problem($"{path}: the log names it, and it is not there");
        }
        catch (Exception exception) when (store.IsOfFile(exception))
        {
            _damaged = true;
            problem($"{path}: {exception.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Compares the tables with each other.</summary>
    public void End()
    {
        // A part that is damaged was reported; its games are missing.
        foreach (var (i, table) in TableSchema.Compacted.Index().Where(_ => !_damaged))
        {
            var others = _games.Where((_, other) => other != i).SelectMany(games => games.Keys).ToHashSet();
            others.ExceptWith(_games[i].Keys);
            if (others.Count > 0)
            {
                problem($"{partition}: games that are not in {table}, but in another table: {others.Count}, such as {others.First()}");
            }
        }

        foreach (var (game, podium) in _games[1])
        {
            if (_games[0].TryGetValue(game, out var meta) && (meta.Users != podium.Users || meta.Count != podium.Count))
            {
                problem($"{partition}: game {game} has other participants in {TableSchema.Meta} than in {TableSchema.Podium}");
            }

            if (_games[2].TryGetValue(game, out var session) && (session.Count != podium.Count || session.Attacks != podium.Attacks))
            {
                problem($"{partition}: game {game} has other participants or attacks in {TableSchema.Session} than in {TableSchema.Podium}");
            }
        }
    }

    /// <summary>Whether the tables contain a single game with the rows of its own files.</summary>
    public bool HasSameRows(Guid game, IReadOnlyList<GameSum?> own) =>
        own.Select((sum, i) => sum is null || !_games[i].TryGetValue(game, out var there) || there == sum).All(same => same);

    private void Add(int index, TableSchema table, string path, string token, TableRows rows, int start, int count, bool continues)
    {
        if (!Guid.TryParseExact(token, "D", out var game))
        {
            problem($"{path}: '{token}' is not a game_token");
            return;
        }

        if (table != TableSchema.Session && rows.Users.AsSpan(start, count).ToArray().Distinct().Count() < count)
        {
            problem($"{path}: game {game} has a participant twice");
        }

        if (table == TableSchema.Session && Partition.Of(rows.Column<Time>(2)[start]) is { Day: not null } ended && ended != partition)
        {
            problem($"{path}: game {game} ended on {ended}");
        }

        var sum = GameSum.Of(table, rows, start, count);
        if (!_games[index].TryAdd(game, sum))
        {
            if (continues && table != TableSchema.Session)
            {
                var first = _games[index][game];
                _games[index][game] = new GameSum(first.Rows + sum.Rows, first.Users + sum.Users, first.Count + sum.Count, first.Attacks + sum.Attacks);
                return;
            }

            problem($"{path}: game {game} is also in another part of {table}, or twice in this one");
        }
    }
}
