using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Superhero.FaultInjection;
using Superhero.Silo.Commands;
using Superhero.Silo.Hosting;
using Superhero.Testing;

var fault = FaultPoint.FromEnvironment();
var reached = 0;
using var hook = new LogHook(logged =>
{
    if (logged.Id != fault.Step || !logged.Message.Contains(fault.Part, StringComparison.Ordinal))
    {
        return;
    }

    if (fault.Failure is not null)
    {
        throw (Exception)Activator.CreateInstance(fault.Failure, FaultPoint.Message)!;
    }

    if (Interlocked.Increment(ref reached) == fault.Occurrence)
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
});
return await SiloProgram.RunAsync(
    (silo, settings) => silo.AddSilo(settings).Logging.AddProvider(hook).AddFilter<LogHook>("Superhero", LogLevel.Debug),
    CommandContext.OfProcess(),
    untilInputCloses: true,
    CancellationToken.None);
