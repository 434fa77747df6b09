using System.Globalization;
using System.Runtime.CompilerServices;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>Reads the files of single games.</summary>
/// <param name="store">Where they are.</param>
public sealed class GameReader(IOutputStore store)
{
    // A bucket answers many at a time; with a disk there is only work for so many.
    private readonly int _atOnce = store.LocalFolder is null ? 32 : 2 * Environment.ProcessorCount;

    /// <summary>Reads games, in their order.</summary>
    /// <exception cref="IOException">They can't be read, which is not a file's own fault.</exception>
    public async IAsyncEnumerable<ReadGame> ReadAsync(
        IEnumerable<SingleGame> games, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in games.Chunk(_atOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var read in await Task.WhenAll(some.Select(game => Task.Run(() => ReadAsync(game), cancellationToken))))
            {
                yield return read;
            }
        }
    }

    /// <summary>Reads a game.</summary>
    /// <exception cref="IOException">It can't be read, which is not a file's own fault.</exception>
    public async Task<ReadGame> ReadAsync(SingleGame game)
    {
        var (rows, problems, metadata) = (new TableRows?[2], new List<string>(), (IReadOnlyDictionary<string, string>?)null);
        var (gone, otherColumns) = (false, false);
        GameTimes? times = null;
        foreach (var (i, table) in TableSchema.OfGames.Index().Where(table => game.IsIn(table.Index)))
        {
            try
            {
                using var file = ParquetFile.Open(table, await store.ReadAsync(game.File.PathIn(table)));
                var read = file.Read();
                metadata = file.Metadata;
                otherColumns |= file.HasOtherColumns;
                var said = TimesIn(metadata);
                if (Mismatch(game.File, read, metadata) is { } mismatch)
                {
                    throw new InvalidDataException(mismatch);
                }

                if (times?.Contradicts(said) is true)
                {
                    throw new InvalidDataException("other times are noted in it than in the game's other file");
                }

                (rows[i], times) = (read, times?.Or(said) ?? said);
            }
            catch (FileNotFoundException)
            {
                gone = true;
            }
            catch (Exception exception) when (store.IsOfFile(exception))
            {
                problems.Add($"{game.File.PathIn(table)}: {exception.Message.TrimEnd('.')}");
            }
        }

        if (rows is [{ } meta, { } podium] && Difference(meta.Users, podium.Users) is { } difference)
        {
            problems.Add($"{game.File.PathIn(TableSchema.Podium)}: game {game.File.Token} {difference}");
        }

        return new ReadGame(game, rows[0], rows[1], times ?? TimesIn(metadata), problems) { IsGone = gone, HasOtherColumns = otherColumns };
    }

    private static string? Difference(string[] meta, string[] podium)
    {
        var users = podium.ToHashSet(StringComparer.Ordinal);
        return users.Count < podium.Length || meta.Distinct(StringComparer.Ordinal).Count() < meta.Length ? "has a participant twice"
            : users.SetEquals(meta) ? null
            : "has other participants in GAME_META than in GAME_PODIUM";
    }

    private static string? Mismatch(GameFile name, TableRows rows, IReadOnlyDictionary<string, string> metadata)
    {
        var (token, silo) = (name.Token.ToString("D"), metadata.GetValueOrDefault("silo"));
        return rows.Games.Any(game => game != token) || (metadata.GetValueOrDefault("game_token") ?? token) != token ? "it has rows of another game than its name says"
            : silo != name.Silo ? $"silo '{silo}' is noted in it, and its name says another"
            : null;
    }

    private static GameTimes TimesIn(IReadOnlyDictionary<string, string>? metadata)
    {
        return new GameTimes(TimeIn("started_at"), TimeIn("ended_at"), TimeIn("claimed_at"));

        Time TimeIn(string key) => Time.Of(
            metadata is not null && DateTimeOffset.TryParse(
                metadata.GetValueOrDefault(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null);
    }
}
