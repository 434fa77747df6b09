using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>The files of single games in an output.</summary>
/// <remarks>A game is in the Delta tables before its own files are removed. A reader that reads the files of single games first, and the
/// tables after that, misses none.</remarks>
/// <param name="store">The output.</param>
public sealed class TableFiles(IOutputStore store)
{
    /// <summary>The files of single games, by token.</summary>
    /// <exception cref="IOException">They can't be listed.</exception>
    public Task<GameListing> ListGamesAsync() => ListGamesAsync("");

    /// <summary>The files of one game; of more than one silo where something is wrong.</summary>
    /// <exception cref="IOException">They can't be listed.</exception>
    public async Task<IReadOnlyList<SingleGame>> ListAsync(Guid token) => (await ListGamesAsync(GameFile.BeginningOf(token))).Games;

    private async Task<GameListing> ListGamesAsync(string beginning)
    {
        Dictionary<GameFile, SingleGame> games = [];
        List<string> strangers = [];

        // The last to be written first: what is in it is then in the others, too.
        foreach (var (i, table) in TableSchema.OfGames.Index().Reverse())
        {
            await foreach (var file in store.ListAsync(table.Folder + beginning))
            {
                if (GameFile.Parse(file.Path) is { } name)
                {
                    games[name] = (games.TryGetValue(name, out var known) ? known : new SingleGame(name, 0)).With(i);
                }
                else if (file.Path.EndsWith(GameFile.Extension, StringComparison.Ordinal) && !IsHidden(file.Path))
                {
                    strangers.Add(file.Path);
                }
            }
        }

        // As text, since that is how the tables sort them.
        return new GameListing(
            [.. games.Values.OrderBy(game => game.File.Token.ToString("D"), StringComparer.Ordinal).ThenBy(game => game.File.Silo, StringComparer.Ordinal)],
            strangers);
    }

    // As macOS leaves one beside a file that it has copied.
    private static bool IsHidden(string path) => path[path.LastIndexOf('/') + 1] == '.';
}

/// <summary>The files of single games, as they were listed.</summary>
/// <param name="Games">The games, by token.</param>
/// <param name="Strangers">The paths of Parquet files whose names are not those of a game's files.</param>
public sealed record GameListing(IReadOnlyList<SingleGame> Games, IReadOnlyList<string> Strangers);

/// <summary>A game that has files of its own.</summary>
/// <param name="File">What they are called.</param>
/// <param name="Tables">In which tables they are, a bit each, in the order of <see cref="TableSchema.OfGames"/>.</param>
public readonly record struct SingleGame(GameFile File, byte Tables)
{
    /// <summary>Its files' paths, null for one that is not there, in the order of <see cref="TableSchema.OfGames"/>.</summary>
    public IReadOnlyList<string?> Paths
    {
        get
        {
            var game = this;
            return [.. TableSchema.OfGames.Select((table, i) => game.IsIn(i) ? game.File.PathIn(table) : null)];
        }
    }

    /// <summary>The path of one of its files.</summary>
    public string Path => Paths.First(path => path is not null)!;

    /// <summary>Whether it has a file in a table.</summary>
    public bool IsIn(int table) => (Tables & (1 << table)) != 0;

    internal SingleGame With(int table) => this with { Tables = (byte)(Tables | (1 << table)) };
}
