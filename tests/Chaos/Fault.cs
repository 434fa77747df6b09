namespace Superhero.Chaos;

/// <summary>A way to break things.</summary>
public enum Fault
{
    /// <summary>A silo is killed with SIGKILL, and another one started.</summary>
    Kill,

    /// <summary>A silo is stopped with SIGSTOP until the others have declared it dead, and then let go on.</summary>
    Pause,

    /// <summary>Redis is killed with SIGKILL and started again, with what it had on its disk.</summary>
    RestartRedis,

    /// <summary>Redis drops the connections of all subscribers.</summary>
    DropSubscribers,

    /// <summary>A new silo is started, and one told to stop.</summary>
    Replace,
}
