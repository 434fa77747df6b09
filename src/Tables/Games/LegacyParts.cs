using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>The parts of release 0.2.0: superhero/GAME_META/date=…, and likewise GAME_PODIUM. They are not in the Delta tables until they are
/// imported. Their date is the day on which a game's files were written.</summary>
/// <param name="store">Where they are.</param>
public sealed class LegacyParts(IOutputStore store)
{
    /// <summary>Lists them by day.</summary>
    /// <exception cref="IOException">They can't be listed.</exception>
    public async Task<IReadOnlyList<LegacyDay>> ListAsync()
    {
        List<(Partition Partition, int Table, string Path)> parts = [];
        foreach (var (i, table) in TableSchema.OfGames.Index())
        {
            await foreach (var folder in store.ListFoldersAsync(table.Folder))
            {
                if (Partition.Parse(folder) is { } partition)
                {
                    parts.AddRange(await store.ListAsync($"{table.Folder}{folder}/part-").Select(file => (partition, i, file.Path)).ToListAsync());
                }
            }
        }

        return [.. parts.GroupBy(part => part.Partition, part => (part.Table, part.Path)).Select(day => new LegacyDay(day.Key, [.. day])).OrderBy(day => day.Partition.Day)];
    }

    /// <summary>Reads the games of a day, by token.</summary>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    /// <exception cref="IOException">A part can't be read.</exception>
    public async Task<IReadOnlyList<ReadGame>> ReadAsync(LegacyDay day, CancellationToken cancellationToken)
    {
        SortedDictionary<string, TableRows?[]> games = new(StringComparer.Ordinal);
        foreach (var (table, path) in day.Parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var file = ParquetFile.Open(TableSchema.OfGames[table], await store.ReadAsync(path));
                var rows = file.Read();
                foreach (var (token, start, count) in rows.Runs())
                {
                    _ = Guid.TryParseExact(token, "D", out _) ? true : throw new InvalidDataException($"'{token}' is not a game_token");
                    (games.TryGetValue(token, out var known) ? known : games[token] = new TableRows?[2])[table] ??= rows.Slice(start, count);
                }
            }
            catch (FileNotFoundException)
            {
                // It was imported and removed meanwhile.
            }
            catch (InvalidDataException exception)
            {
                throw new InvalidDataException($"{path}: {exception.Message}", exception);
            }
        }

        return
        [
            .. games.Select(game => new ReadGame(
                new SingleGame(new GameFile(Guid.ParseExact(game.Key, "D"), ""), 0), game.Value[0], game.Value[1], default, []) { Partition = day.Partition }),
        ];
    }
}

/// <summary>A day's parts of release 0.2.0.</summary>
/// <param name="Partition">The day.</param>
/// <param name="Parts">The parts, each with the index of its table in <see cref="TableSchema.OfGames"/>.</param>
public sealed record LegacyDay(Partition Partition, IReadOnlyList<(int Table, string Path)> Parts);
