namespace Superhero.Grains.Ledger;

/// <summary>How the ledger deals with attempts.</summary>
public sealed class LedgerOptions
{
    /// <summary>For how long a claim keeps other silos away, unless its silo is known to be dead: far longer than a game
    /// takes. 30 seconds.</summary>
    public TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times a game fails by itself before it goes to quarantine: 5.</summary>
    public int MaxFailures { get; set; } = 5;

    /// <summary>How many lines of a log are read at once: 5,000.</summary>
    public int PageLength { get; set; } = 5000;

    /// <summary>How many bytes of a log are read at once, by and large: 2 MiB. One line is read however long it is.</summary>
    public int PageBytes { get; set; } = 2 * 1024 * 1024;
}
