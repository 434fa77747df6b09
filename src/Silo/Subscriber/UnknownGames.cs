using Superhero.Grains.Interfaces;

namespace Superhero.Silo.Subscriber;

/// <summary>Counts messages about games that Redis does not contain, until the first one about a game that it does contain: if all games
/// are unknown, the game servers use another database.</summary>
public sealed class UnknownGames
{
    /// <summary>How many such messages may come first, since some are about games that were done before this silo started.</summary>
    public const int Limit = 10;

    private int _count;
    private volatile bool _anyKnown;

    /// <summary>How many have come; 0 as soon as a game was known.</summary>
    public int Count => _anyKnown ? 0 : _count;

    /// <summary>Counts a message that was delivered.</summary>
    public void Add(GameOutcome outcome)
    {
        if (outcome == GameOutcome.Unknown)
        {
            Interlocked.Increment(ref _count);
        }
        else
        {
            _anyKnown = true;
        }
    }
}
