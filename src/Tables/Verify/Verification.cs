using Superhero.Tables.Files;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>Looks at every file of the tables: that it can be read, has the right schema and holds what its name says; that no
/// game is twice in a table; and that both tables have the same games with the same participants.</summary>
/// <param name="output">The output folder.</param>
/// <param name="progress">Told after each file how many were looked at, and how many there are.</param>
public sealed class Verification(string output, Action<int, int> progress)
{
    private readonly List<string> _problems = [];

    /// <summary>What is wrong, a line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many files were looked at.</summary>
    public int Files { get; private set; }

    /// <summary>How many games there are.</summary>
    public int Games { get; private set; }

    /// <summary>Looks at all of them.</summary>
    public void Run()
    {
        var tables = TableSchema.All.Select(schema => new TableFiles(output, schema)).Select(table => (Table: table, Files: FilesOf(table))).ToList();
        var count = tables.Sum(table => table.Files.Count);
        var (meta, podium) = (Read(tables[0].Table, tables[0].Files, count), Read(tables[1].Table, tables[1].Files, count));
        foreach (var game in meta.Keys.Union(podium.Keys).Order())
        {
            if (!podium.TryGetValue(game, out var ranked))
            {
                _problems.Add($"{meta[game].File}: game {game} is not in {GameFile.Podium}.");
            }
            else if (!meta.TryGetValue(game, out var described))
            {
                _problems.Add($"{ranked.File}: game {game} is not in {GameFile.Meta}.");
            }
            else if (!ranked.Users.SetEquals(described.Users))
            {
                _problems.Add($"{ranked.File}: game {game} has other participants than in {described.File}.");
            }
        }

        Games = meta.Keys.Union(podium.Keys).Count();
    }

    private static List<(FileInfo File, bool OfOneGame)> FilesOf(TableFiles table) =>
        [.. table.Games.Select(file => (file, true)), .. table.Parts.Select(file => (file, false))];

    private Dictionary<string, (string File, HashSet<string> Users)> Read(
        TableFiles table, List<(FileInfo File, bool OfOneGame)> files, int count)
    {
        Dictionary<string, (string File, HashSet<string> Users)> games = [];
        foreach (var (file, ofOneGame) in files)
        {
            var name = table.Relative(file);
            try
            {
                var content = ParquetFile.Read(table.Schema, file.FullName);
                if (ofOneGame && Mismatch(file, content) is { } mismatch)
                {
                    _problems.Add($"{name}: {mismatch}.");
                }

                Add(games, name, content);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                _problems.Add($"{name}: {exception.Message}.");
            }

            progress(++Files, count);
        }

        return games;
    }

    private void Add(Dictionary<string, (string File, HashSet<string> Users)> games, string name, ParquetFile content)
    {
        foreach (var game in content.Games.Zip(content.Users).GroupBy(row => row.First, row => row.Second))
        {
            var users = game.ToHashSet(StringComparer.Ordinal);
            if (users.Count < game.Count())
            {
                _problems.Add($"{name}: game {game.Key} has a participant twice.");
            }

            if (!games.TryAdd(game.Key, (name, users)))
            {
                _problems.Add($"{name}: game {game.Key} is also in {games[game.Key].File}; compact removes what is merged already.");
            }
        }
    }

    private static string? Mismatch(FileInfo file, ParquetFile content) =>
        GameFile.Owner(file.Name) is not { } owner ? "its name is not that of a game's file"
        : content.Games.Any(game => game != owner.Game.ToString("D")) ? "it has rows of another game than its name says"
        : content.Metadata.GetValueOrDefault("silo") != owner.Silo ? $"silo '{content.Metadata.GetValueOrDefault("silo")}' is noted in it, and its name says another"
        : null;
}
