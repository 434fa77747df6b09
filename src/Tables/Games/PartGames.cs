using System.Runtime.CompilerServices;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>Finds games in parts of a table. Of each part no more is read than its statistics leave open, which is little, since parts
/// are sorted by token.</summary>
/// <param name="store">Where they are.</param>
/// <param name="table">The table.</param>
/// <param name="parts">The parts.</param>
public sealed class PartGames(IOutputStore store, TableSchema table, IReadOnlyList<StoredFile> parts)
{
    /// <summary>Which of some games they have.</summary>
    /// <exception cref="IOException">A part can't be read.</exception>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public async Task<HashSet<string>> FindAsync(IReadOnlyCollection<string> tokens, CancellationToken cancellationToken)
    {
        HashSet<string> found = [];
        await foreach (var group in FindGroupsAsync([.. tokens], cancellationToken))
        {
            found.UnionWith(group.Found);
        }

        return found;
    }

    /// <summary>Reads the rows of some games.</summary>
    /// <exception cref="IOException">A part can't be read.</exception>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public async IAsyncEnumerable<GameInPart> ReadAsync(
        IReadOnlyCollection<string> tokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (part, file, group, found) in FindGroupsAsync([.. tokens], cancellationToken))
        {
            TableRows rows;
            try
            {
                rows = file.Read(group);
            }
            catch (InvalidDataException exception)
            {
                throw In(part, exception);
            }

            foreach (var (token, start, count) in rows.Runs().Where(run => found.Contains(run.Game)))
            {
                yield return new GameInPart(part, token, rows.Slice(start, count));
            }
        }
    }

    private async IAsyncEnumerable<(StoredFile Part, ParquetFile File, int Group, HashSet<string> Found)> FindGroupsAsync(
        HashSet<string> tokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (tokens.Count == 0)
        {
            yield break;
        }

        var (first, last) = (tokens.Min(StringComparer.Ordinal)!, tokens.Max(StringComparer.Ordinal)!);
        foreach (var part in parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = Try(part, () => ParquetFile.Open(table, store.OpenReadAsync(part).GetAwaiter().GetResult()));
            for (var group = 0; group < file.RowGroups; group++)
            {
                if (Try(part, () => file.MayHave(group, first, last)))
                {
                    var found = Try(part, () => file.ReadGames(group)).Where(tokens.Contains).ToHashSet(StringComparer.Ordinal);
                    if (found.Count > 0)
                    {
                        yield return (part, file, group, found);
                    }
                }
            }
        }
    }

    private T Try<T>(StoredFile part, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (store.IsOfFile(exception))
        {
            throw In(part, exception);
        }
    }

    private static InvalidDataException In(StoredFile part, Exception exception) => new($"{part.Path}: {exception.Message}", exception);
}

/// <summary>A game in a part.</summary>
/// <param name="Part">The part that has it.</param>
/// <param name="Token">Its token.</param>
/// <param name="Rows">Its rows.</param>
public sealed record GameInPart(StoredFile Part, string Token, TableRows Rows);
