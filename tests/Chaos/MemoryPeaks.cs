using System.Collections.Concurrent;
using System.Globalization;
using Superhero.Demo;

namespace Superhero.Chaos;

/// <summary>Samples the most memory that each silo has ever had, by the kernel's count. A killed silo cannot be asked any more.</summary>
public sealed class MemoryPeaks
{
    private const string Field = "VmHWM:";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<SiloProcess, int> _peaks = [];

    /// <summary>The peaks so far, in MiB.</summary>
    public IReadOnlyDictionary<SiloProcess, int> Peaks => _peaks;

    /// <summary>Samples the silos until it is cancelled.</summary>
    /// <param name="silos">The silos that run.</param>
    /// <param name="cancellationToken">Ends the sampling.</param>
    public async Task SampleAsync(Func<IEnumerable<SiloProcess>> silos, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var silo in silos())
                {
                    Sample(silo);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Sample(SiloProcess silo)
    {
        try
        {
            var line = File.ReadLines($"/proc/{silo.Process.Id}/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            if (line?[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim() is { } kibibytes)
            {
                _peaks[silo] = int.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024;
            }
        }
        catch (IOException)
        {
            // The silo has ended.
        }
    }
}
