using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>Checks the parts of a partition against each other. Those of the tables that were made together bear the same name, and are
/// compared part by part.</summary>
/// <param name="partition">The partition.</param>
/// <param name="problem">Told what is wrong.</param>
internal sealed class PartitionCheck(Partition partition, Action<string> problem)
{
    private readonly Dictionary<Guid, int> _games = [];
    private readonly List<string> _parts = [];
    private readonly HashSet<TableSchema> _damaged = [];

    // Those that the part of the same name does not have may be in another one: a merge that died was then ended by another one.
    private readonly Dictionary<string, Ranked> _withoutMeta = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Ranked> _withoutSession = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Path, string[] Users)> _metaAlone = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Session> _sessionAlone = new(StringComparer.Ordinal);

    /// <summary>How many games were found.</summary>
    public int Games => _games.Count;

    /// <summary>The part that has a game; null where none has.</summary>
    public string? PartOf(Guid game) => _games.TryGetValue(game, out var part) ? _parts[part] : null;

    /// <summary>Checks parts of the same name.</summary>
    public void Add(IReadOnlyList<ReadPart> parts)
    {
        foreach (var part in parts.Where(part => part.Rows is null))
        {
            _damaged.Add(part.Table);
            problem($"{part.Path}: {part.Problem}");
        }

        var (meta, podium, session) = (In(parts, TableSchema.Meta), In(parts, TableSchema.Podium), In(parts, TableSchema.Session));
        Count(podium);
        foreach (var (game, run) in podium?.Runs ?? [])
        {
            var ranked = new Ranked(podium!, run);
            if (meta is null || !meta.Runs.TryGetValue(game, out var described))
            {
                _withoutMeta.TryAdd(game, ranked);
            }
            else
            {
                Compare(game, meta.Users(described), ranked);
            }

            if (session is null || !session.Runs.TryGetValue(game, out var one))
            {
                // Releases before 0.3.0 wrote none.
                if (podium!.Part.IsSorted)
                {
                    _withoutSession.TryAdd(game, ranked);
                }
            }
            else
            {
                Compare(game, new Session(session, one.Start), ranked);
            }
        }

        foreach (var (game, run) in meta?.Runs.Where(game => podium is null || !podium.Runs.ContainsKey(game.Key)) ?? [])
        {
            _metaAlone.TryAdd(game, (meta!.Part.Path, meta.Users(run).ToArray()));
        }

        foreach (var (game, run) in session?.Runs ?? [])
        {
            var one = new Session(session!, run.Start);
            if (Partition.Of(one.Ended) is var ended && ended != partition)
            {
                problem($"{one.Path}: game {game} ended on {ended}");
            }

            if (run.Count > 1)
            {
                problem($"{one.Path}: game {game} is twice in it");
            }

            if (podium is null || !podium.Runs.ContainsKey(game))
            {
                _sessionAlone.TryAdd(game, one);
            }
        }
    }

    /// <summary>Checks what is left over.</summary>
    public void End()
    {
        foreach (var game in _metaAlone.Keys.Where(_withoutMeta.ContainsKey).ToList())
        {
            _metaAlone.Remove(game, out var described);
            _withoutMeta.Remove(game, out var ranked);
            Compare(game, described.Users, ranked);
        }

        foreach (var game in _sessionAlone.Keys.Where(_withoutSession.ContainsKey).ToList())
        {
            _sessionAlone.Remove(game, out var session);
            _withoutSession.Remove(game, out var ranked);
            Compare(game, session, ranked);
        }

        ReportMissing(_withoutMeta.Select(game => (game.Value.Path, game.Key)), TableSchema.Meta);
        ReportMissing(_withoutSession.Select(game => (game.Value.Path, game.Key)), TableSchema.Session);
        ReportMissing(_metaAlone.Select(game => (game.Value.Path, game.Key)), TableSchema.Podium);
        ReportMissing(_sessionAlone.Select(game => (game.Value.Path, game.Key)), TableSchema.Podium);
    }

    private static PartGames? In(IReadOnlyList<ReadPart> parts, TableSchema table) =>
        parts.FirstOrDefault(part => part.Table == table) is { Rows: not null } part ? new PartGames(part) : null;

    private void Count(PartGames? part)
    {
        if (part is null)
        {
            return;
        }

        _parts.Add(part.Part.Path);
        foreach (var token in part.Apart)
        {
            problem($"{part.Part.Path}: game {token} is twice in it");
        }

        foreach (var token in part.Runs.Keys)
        {
            if (!Guid.TryParseExact(token, "D", out var game))
            {
                problem($"{part.Part.Path}: '{token}' is not a game_token");
            }
            else if (!_games.TryAdd(game, _parts.Count - 1))
            {
                problem($"{part.Part.Path}: game {token} is also in {PartOf(game)}");
            }
        }
    }

    private void Compare(string game, ReadOnlySpan<string> meta, Ranked podium)
    {
        if (Participants.Problem(meta, podium.Users) is { } mismatch)
        {
            problem($"{podium.Path}: game {game} {mismatch}");
        }
    }

    private void Compare(string game, Session session, Ranked podium)
    {
        if (session.Participants != podium.Users.Length || session.Attacks != Sum(podium.Rounds))
        {
            problem($"{session.Path}: game {game} has other participants or attacks than in {podium.Path}");
        }
    }

    // A part that is missing would be as many lines as it had games; where one is damaged it is no wonder, and was said.
    private void ReportMissing(IEnumerable<(string Path, string Game)> games, TableSchema table)
    {
        foreach (var part in games.GroupBy(game => game.Path, game => game.Game, StringComparer.Ordinal).Where(_ => !_damaged.Contains(table)))
        {
            var count = part.Count();
            problem(count == 1 ? $"{part.Key}: game {part.First()} is not in {table}" : $"{part.Key}: {count} games are not in {table}, such as {part.First()}");
        }
    }

    private static long Sum(ReadOnlySpan<int> numbers)
    {
        var sum = 0L;
        foreach (var number in numbers)
        {
            sum += number;
        }

        return sum;
    }

    private sealed class PartGames
    {
        public PartGames(ReadPart part)
        {
            Part = part;
            foreach (var (game, start, count) in Rows.Runs())
            {
                if (!Runs.TryAdd(game, (start, count)))
                {
                    Apart.Add(game);
                }
            }
        }

        public ReadPart Part { get; }

        public TableRows Rows => Part.Rows!;

        public Dictionary<string, (int Start, int Count)> Runs { get; } = new(StringComparer.Ordinal);

        // Games whose rows do not stand together.
        public List<string> Apart { get; } = [];

        public ReadOnlySpan<string> Users((int Start, int Count) run) => Rows.Users.AsSpan(run.Start, run.Count);
    }

    private readonly record struct Ranked(PartGames Part, (int Start, int Count) Run)
    {
        public string Path => Part.Part.Path;

        public ReadOnlySpan<string> Users => Part.Users(Run);

        public ReadOnlySpan<int> Rounds => Part.Rows.Column<int>(3).AsSpan(Run.Start, Run.Count);
    }

    private readonly record struct Session(PartGames Part, int At)
    {
        public string Path => Part.Part.Path;

        public Time Ended => Part.Rows.Column<Time>(2)[At];

        public int Participants => Part.Rows.Column<int>(3)[At];

        public long Attacks => Part.Rows.Column<long>(4)[At];
    }
}

/// <summary>A part, as it was read.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Path">Its path within the output.</param>
/// <param name="Rows">Its rows; null where it is damaged.</param>
/// <param name="IsSorted">Whether it was made together with a part of GAME_SESSION.</param>
/// <param name="Problem">What is wrong with it; null for nothing.</param>
internal sealed record ReadPart(TableSchema Table, string Path, TableRows? Rows, bool IsSorted, string? Problem);
