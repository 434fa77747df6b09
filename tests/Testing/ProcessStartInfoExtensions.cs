using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>Ways to start a process independently of how the tests were started.</summary>
public static class ProcessStartInfoExtensions
{
    /// <summary>Starts the process with the signals' default actions. A shell script runs what is in its background with SIGINT and
    /// SIGQUIT ignored, and each process inherits that from its parent.</summary>
    public static ProcessStartInfo WithDefaultSignals(this ProcessStartInfo start)
    {
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=INT,QUIT");
        start.FileName = "env";
        return start;
    }
}
