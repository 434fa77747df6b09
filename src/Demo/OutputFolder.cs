using Superhero.Tables.Files;
using Superhero.Tables.Parquet;

namespace Superhero.Demo;

/// <summary>Looks at the files of the tables.</summary>
internal sealed class OutputFolder(string path)
{
    /// <summary>The files of a table as (game_token, silo), one entry a file.</summary>
    public IReadOnlyList<(Guid Game, string Silo)> Files(TableSchema table) =>
        Directory.Exists(Path.Combine(path, table.Folder))
            ? [.. Directory.EnumerateFiles(Path.Combine(path, table.Folder)).Select(GameFile.Parse).OfType<GameFile>().Select(file => (file.Token, file.Silo))]
            : [];

    /// <summary>How many games of these have no file in a table, and how many have more than one.</summary>
    public (int Lost, int Doubled) Compare(TableSchema table, IReadOnlyCollection<Guid> games)
    {
        var counts = Files(table).CountBy(file => file.Game).ToDictionary();
        return (games.Count(game => !counts.ContainsKey(game)), games.Count(game => counts.GetValueOrDefault(game) > 1));
    }

    /// <summary>How many games are in both tables.</summary>
    public int Processed(IReadOnlyCollection<Guid> games)
    {
        var both = Files(TableSchema.Meta).Select(file => file.Game).ToHashSet();
        both.IntersectWith(Files(TableSchema.Podium).Select(file => file.Game));
        return games.Count(both.Contains);
    }
}
