using System.Globalization;

namespace Superhero.FaultInjection;

/// <summary>The step at which a silo kills itself.</summary>
/// <param name="Step">The name of the step's log event.</param>
/// <param name="Occurrence">Which of them it is, from 1.</param>
public sealed record FaultPoint(string Step, int Occurrence)
{
    /// <summary>The variables that a faulty silo reads on top of a silo's.</summary>
    public const string StepVariable = "FAULT_STEP", OccurrenceVariable = "FAULT_OCCURRENCE";

    /// <summary>Reads the variables.</summary>
    public static FaultPoint FromEnvironment() => new(
        Environment.GetEnvironmentVariable(StepVariable) ?? "",
        int.Parse(Environment.GetEnvironmentVariable(OccurrenceVariable) ?? "1", CultureInfo.InvariantCulture));
}
