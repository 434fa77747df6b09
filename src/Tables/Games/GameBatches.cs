using Superhero.Tables.Files;

namespace Superhero.Tables.Games;

/// <summary>Gathers games by partition, into batches of the size of a part.</summary>
/// <param name="act">What is done with each batch.</param>
public sealed class GameBatches(Func<Partition, IReadOnlyList<ReadGame>, Task> act)
{
    /// <summary>How many games a batch has at the most.</summary>
    public const int MaxGames = 10_000;

    // With many days at once, what is held stays as little as with one.
    private const int MaxHeld = 5 * MaxGames;

    private readonly Dictionary<Partition, List<ReadGame>> _held = [];
    private int _count;

    /// <summary>Adds a game; they stay in their order.</summary>
    public async Task AddAsync(ReadGame game)
    {
        if (!_held.TryGetValue(game.Partition, out var games))
        {
            _held.Add(game.Partition, games = []);
        }

        games.Add(game);
        if (++_count == MaxHeld)
        {
            await FlushAsync(_held.MaxBy(one => one.Value.Count).Key);
        }
        else if (games.Count == MaxGames)
        {
            await FlushAsync(game.Partition);
        }
    }

    /// <summary>Does what is left, day by day.</summary>
    public async Task FlushAsync()
    {
        foreach (var partition in _held.Keys.OrderBy(partition => partition.Day).ToList())
        {
            await FlushAsync(partition);
        }
    }

    private async Task FlushAsync(Partition partition)
    {
        _held.Remove(partition, out var games);
        _count -= games!.Count;
        await act(partition, games);
    }
}
