using Superhero.Grains.Load;

namespace Superhero.Silo.Demo;

/// <summary>Looks at the files of the tables.</summary>
internal sealed class OutputFolder(string path)
{
    private const int TokenLength = 36;

    /// <summary>The files of a table as (game_token, silo), one entry a file.</summary>
    public IReadOnlyList<(string Game, string Silo)> Files(string table)
    {
        var folder = Path.Combine(path, "superhero", table);
        return !Directory.Exists(folder)
            ? []
            : [.. Directory.EnumerateFiles(folder, "*.gz.parquet")
                .Select(file => Path.GetFileName(file)[..^".gz.parquet".Length])
                .Select(name => (name[..TokenLength], name[(TokenLength + 1)..]))];
    }

    /// <summary>How many games of these have no file in a table, and how many have more than one.</summary>
    public (int Lost, int Doubled) Compare(string table, IReadOnlyCollection<string> games)
    {
        var counts = Files(table).CountBy(file => file.Game).ToDictionary();
        return (games.Count(game => !counts.ContainsKey(game)), games.Count(game => counts.GetValueOrDefault(game) > 1));
    }

    /// <summary>How many games are in both tables.</summary>
    public int Processed(IReadOnlyCollection<string> games)
    {
        var both = Files(GameFile.Meta).Select(file => file.Game).ToHashSet();
        both.IntersectWith(Files(GameFile.Podium).Select(file => file.Game));
        return games.Count(both.Contains);
    }
}
