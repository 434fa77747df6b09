namespace Superhero.Grains.Games;

/// <summary>Those whose departure from a game was announced.</summary>
internal sealed class LeavingUsers
{
    // A rank is a byte, so no lobby that matters has more; whoever can publish could name any number of users.
    private const int Max = 256;

    private readonly HashSet<string> _users = [];

    public void Add(string? user)
    {
        if (user is not null && _users.Count < Max)
        {
            _users.Add(user);
        }
    }

    public bool Include(IEnumerable<string> users) => users.All(_users.Contains);
}
