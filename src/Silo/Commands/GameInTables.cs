using System.Security.Cryptography;
using Superhero.Grains.Statistics;
using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Silo.Commands;

/// <summary>What the tables have of a game, in files of its own or in the Delta tables.</summary>
internal sealed class GameInTables
{
    private const int SearchedAtOnce = 16;

    private readonly CommandContext _context;
    private readonly List<string> _lines = [];
    private readonly TableRows?[] _rows = new TableRows?[TableSchema.OfGames.Count];

    private GameInTables(CommandContext context) => _context = context;

    /// <summary>Whether one of them has it.</summary>
    public bool IsKnown => !IsSound || _rows.Any(rows => rows is not null);

    /// <summary>Whether both have it.</summary>
    public bool IsWhole => _rows.All(rows => rows is not null);

    /// <summary>Whether what they have of it is as it should be.</summary>
    public bool IsSound { get; private set; } = true;

    /// <summary>When it was; null where that is not known.</summary>
    public GameTimes? Times { get; private set; }

    /// <summary>What there is of it, and what is missing, a line each.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Looks for a game.</summary>
    /// <exception cref="IOException">The tables can't be read.</exception>
    public static async Task<GameInTables> ReadAsync(CommandContext context, IOutputStore store, Guid token, CancellationToken cancellationToken)
    {
        var game = new GameInTables(context);
        foreach (var single in await new TableFiles(store).ListAsync(token))
        {
            try
            {
                await game.AddAsync(store, single);
            }
            catch (FileNotFoundException)
            {
                // It is compacted by now.
            }
        }

        game._lines.Sort(StringComparer.Ordinal);
        if (game.IsSound && !game.IsWhole)
        {
            await game.AddCompactedAsync(store, token, cancellationToken);
        }

        game._lines.AddRange(TableSchema.OfGames.Where((_, i) => game.IsSound && game._rows[i] is null).Select(table => $"{table} has none of it"));
        return game;
    }

    /// <summary>Its podium; empty where it can't be read from both tables.</summary>
    public IReadOnlyList<PodiumPlace> Podium()
    {
        if (!IsWhole || !IsSound)
        {
            return [];
        }

        var (meta, podium) = (_rows[0]!, _rows[1]!);
        var heroes = meta.Users.Zip(meta.Column<int>(2)).ToLookup(row => row.First, row => row.Second, StringComparer.Ordinal);
        var (ranks, rounds, received, sent) = (podium.Column<int>(2), podium.Column<int>(3), podium.Column<long>(4), podium.Column<long>(5));
        return [.. podium.Users.Select((user, i) => new PodiumPlace(
            user, (ushort)heroes[user].FirstOrDefault(), (byte)ranks[i], (ushort)rounds[i], (ulong)received[i], (ulong)sent[i]))];
    }

    private async Task AddAsync(IOutputStore store, SingleGame single)
    {
        var game = await new GameReader(store).ReadAsync(single);
        if (game.IsGone)
        {
            return;
        }

        IsSound &= game.Problems.Count == 0 && _rows.All(rows => rows is null);
        Times = game.Times;
        foreach (var (i, table) in TableSchema.OfGames.Index().Where(table => single.IsIn(table.Index)))
        {
            var path = single.File.PathIn(table);
            var bytes = await store.ReadAsync(path);
            var rows = i == 0 ? game.Meta : game.Podium;
            _rows[i] ??= rows;
            var what = rows is not null ? $"rows: {rows.Count}" : game.Problems.First(problem => problem.StartsWith(path, StringComparison.Ordinal))[(path.Length + 2)..];
            _lines.Add($"{path}: {what}, bytes: {bytes.Length:N0}, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        }
    }

    private async Task AddCompactedAsync(IOutputStore store, Guid token, CancellationToken cancellationToken)
    {
        Partition? found = null;
        foreach (var schema in TableSchema.Compacted.Reverse())
        {
            var table = new DeltaTable(store, schema);
            var days = (await table.Log.ReadAsync()).Files.ToLookup(file => file.Partition);
            found ??= await FindAsync(table, days, token, cancellationToken);
            var at = TableSchema.OfGames.ToList().FindIndex(one => one.Name == schema.Name);
            try
            {
                await foreach (var there in table.Open(found is { } day ? days[day] : []).ReadAsync([token.ToString("D")], cancellationToken))
                {
                    Times ??= schema == TableSchema.Session ? new GameTimes(
                        there.Rows.Column<Time>(1)[0], there.Rows.Column<Time>(2)[0], there.Rows.Column<Time>(6)[0]) : null;
                    if (at >= 0)
                    {
                        _rows[at] ??= there.Rows;
                    }

                    _lines.Add($"{there.Path}: compacted into it, rows: {there.Rows.Count}");
                }
            }
            catch (InvalidDataException exception)
            {
                IsSound = false;
                _lines.Add(exception.Message);
            }
        }
    }

    private async Task<Partition?> FindAsync(
        DeltaTable table, ILookup<Partition, AddedFile> days, Guid token, CancellationToken cancellationToken)
    {
        // The newest first, which is what most ask for.
        foreach (var some in days.OrderByDescending(day => day.Key.Day).Chunk(SearchedAtOnce))
        {
            var found = await Task.WhenAll(some.Select(day => Task.Run(() => IsInAsync(table.Open(day), token, cancellationToken), cancellationToken)));
            if (Array.IndexOf(found, true) is >= 0 and var at)
            {
                return some[at].Key;
            }
        }

        return null;
    }

    // Verify says which part is damaged; it may well be of another day than the game.
    private async Task<bool> IsInAsync(PartGames part, Guid token, CancellationToken cancellationToken)
    {
        try
        {
            return await part.ReadAsync([token.ToString("D")], cancellationToken).AnyAsync(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            await _context.Error.WriteLineAsync(Terminal.StripControlCharacters($"Skipped: {exception.Message}"));
            return false;
        }
    }
}
