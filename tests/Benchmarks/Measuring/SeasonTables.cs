using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Benchmarks.Measuring;

/// <summary>The tables late in a season, as silos and compact would have left them, but without the games. The same arguments always give
/// the same files. No more is held than a day for each core.</summary>
/// <param name="folder">Where they go.</param>
/// <param name="end">The first day after the season.</param>
/// <param name="seed">What all that is random follows from.</param>
public sealed class SeasonTables(string folder, DateOnly end, int seed)
{
    private const int Users = 200_000;
    private const int Heroes = 731;
    private const int FewestParticipants = 2;
    private const int MostParticipants = 4;
    private const int Silos = 4;

    // So many files of single games are made one after the other.
    private const int Some = 500;

    private const int UsersSeed = 900_000;
    private const int SingleSeed = 1_000_000;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private DeltaTable[] Tables { get; } = [.. TableSchema.Compacted.Select(schema => new DeltaTable(LocalOutputStore.Open(folder), schema))];

    private readonly Lazy<string[]> _users = new(() =>
    {
        var random = RandomOf(seed, UsersSeed);
        return [.. Enumerable.Range(0, Users).Select(_ => NewGuid(random).ToString("D"))];
    });

    /// <summary>Writes SUPERHERO.</summary>
    public Task WriteHeroesAsync() => new HeroTable(LocalOutputStore.Open(folder)).OverwriteAsync(
        Enumerable.Range(1, Heroes).Select(id => new Hero((ushort)id, $"Hero {id}", id * 7919 % 100_000, id * 104_729 % 100_000)), TimeProvider.System);

    /// <summary>Writes games that are compacted, spread over the days before the end.</summary>
    /// <returns>How many parts there are, how many bytes they have, and some of the games.</returns>
    public (int Parts, long Bytes, IReadOnlyList<Guid> Games) WriteCompacted(int games, int days, CancellationToken cancellationToken)
    {
        var (parts, bytes) = (0, 0L);
        var examples = new Guid[days];
        var added = new AddedFile[days][];
        Parallel.For(0, days, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, day =>
        {
            var random = RandomOf(seed, day);
            var tokens = new Guid[(games / days) + (day < games % days ? 1 : 0)];
            for (var i = 0; i < tokens.Length; i++)
            {
                tokens[i] = NewGuid(random);
            }

            // Which is their order as text, too.
            Array.Sort(tokens);
            examples[day] = tokens.ElementAtOrDefault(random.Next(Math.Max(1, tokens.Length)));
            var date = end.AddDays(day - days);
            var written = WriteParts(date, [.. tokens.Select(token => Rows(NewGame(random, token, date)))]);
            Interlocked.Add(ref parts, written.Length);
            Interlocked.Add(ref bytes, written.Sum(part => part.Size));
            added[day] = written;
        });
        foreach (var (i, table) in Tables.Index())
        {
            DeltaAction[] commit = [DeltaAction.Info("WRITE", Now, GameParquet.Writer, games, blindAppend: true), .. added.Where(day => day.Length > 0).Select(day => new DeltaAction { Add = day[i] })];
            _ = table.Log.TryCommitAsync(table.Log.ReadAsync().GetAwaiter().GetResult(), commit, Now, TimeSpan.FromDays(1)).GetAwaiter().GetResult();
        }

        return (parts, bytes, examples);
    }

    /// <summary>Writes single games, spread over the last days before the end.</summary>
    /// <param name="games">How many.</param>
    /// <param name="days">Over how many days; 0 for the day of the end itself.</param>
    /// <param name="set">Other games for each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void WriteSingle(int games, int days, int set, CancellationToken cancellationToken)
    {
        foreach (var table in TableSchema.OfGames)
        {
            Directory.CreateDirectory(Path.Combine(folder, table.Folder));
        }

        var runs = (games + Some - 1) / Some;
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, run =>
        {
            var random = RandomOf(seed, SingleSeed * (set + 1) + run);
            for (var i = run * Some; i < Math.Min(games, (run + 1) * Some); i++)
            {
                var (tables, origin) = NewGame(random, NewGuid(random), days == 0 ? end : end.AddDays(-1 - (i % days)));
                var file = new GameFile(tables.Token, origin.Silo);
                File.WriteAllBytes(Path.Combine(folder, file.PathIn(TableSchema.Meta)), GameParquet.Meta(tables, origin));
                File.WriteAllBytes(Path.Combine(folder, file.PathIn(TableSchema.Podium)), GameParquet.Podium(tables, origin));
            }
        });
    }

    private static ReadGame Rows((GameTables Tables, GameOrigin Origin) game)
    {
        var (tables, origin) = game;
        var token = tables.Token.ToString("D");
        string[] tokens = [.. Enumerable.Repeat(token, tables.Meta.Count)];
        return new ReadGame(
            new SingleGame(new GameFile(tables.Token, origin.Silo), 0b11),
            new TableRows(
                TableSchema.Meta, tokens, tables.Meta.Select(row => row.User).ToArray(), tables.Meta.Select(row => (int)row.SuperheroId).ToArray()),
            new TableRows(
                TableSchema.Podium, tokens, tables.Podium.Select(row => row.User).ToArray(), tables.Podium.Select(row => (int)row.Rank).ToArray(),
                tables.Podium.Select(row => (int)row.Rounds).ToArray(), tables.Podium.Select(row => (long)row.DamageReceived).ToArray(),
                tables.Podium.Select(row => (long)row.DamageSent).ToArray()),
            new GameTimes(Time.Of(origin.StartedAt), Time.Of(origin.EndedAt), Time.Of(origin.ClaimedAt)),
            []);
    }

    private static Random RandomOf(int seed, int of) => new(unchecked((seed * 1_000_003) + of));

    private static Guid NewGuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    // One survivor, and damage that comes from someone.
    private (GameTables Tables, GameOrigin Origin) NewGame(Random random, Guid token, DateOnly day)
    {
        HashSet<string> users = [];
        var participants = random.Next(FewestParticipants, MostParticipants + 1);
        while (users.Count < participants)
        {
            users.Add(_users.Value[random.Next(Users)]);
        }

        List<MetaRow> meta = [.. users.Order(StringComparer.Ordinal).Select(user => new MetaRow(user, (ushort)random.Next(1, Heroes + 1)))];
        List<PodiumRow> podium = [];
        var last = 0UL;
        foreach (var user in users)
        {
            var sent = (ulong)random.Next(1_000_000);
            podium.Add(new PodiumRow(user, (byte)(podium.Count + 1), (ushort)random.Next(1, 30), last, sent));
            last = sent;
        }

        podium[0] = podium[0] with { DamageReceived = last };
        var ended = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddSeconds(random.Next(86_400)).AddMicroseconds(random.Next(1_000_000));
        return (
            new GameTables(token, meta, podium),
            new GameOrigin(
                $"silo-{random.Next(1, Silos + 1)}", ended.AddMilliseconds(-random.Next(10_000, 300_000)), ended, ended.AddMilliseconds(random.Next(50, 2000))));
    }

    private AddedFile[] WriteParts(DateOnly day, IReadOnlyList<ReadGame> games) => games.Count == 0 ? [] :
    [
        .. Tables.Select(table => table.WriteAsync(
            new Partition(day), PartParquet.Groups(table.Schema, games.Select(game => game.RowsIn(table.Schema)!)), Now, dataChange: true).GetAwaiter().GetResult()),
    ];
}
