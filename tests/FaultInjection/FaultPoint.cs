using System.Globalization;

namespace Superhero.FaultInjection;

/// <summary>The step at which a silo kills itself, or fails.</summary>
/// <param name="Step">The name of the step's log event.</param>
/// <param name="Occurrence">Which of them it is, from 1.</param>
/// <param name="Failure">The type of the exception with which it fails there every time; null to kill itself.</param>
/// <param name="Part">What the step's line must have in it.</param>
public sealed record FaultPoint(string Step, int Occurrence, Type? Failure = null, string Part = "")
{
    /// <summary>The variables that a faulty silo reads on top of a silo's.</summary>
    public const string StepVariable = "FAULT_STEP", OccurrenceVariable = "FAULT_OCCURRENCE", FailureVariable = "FAULT_FAILURE", PartVariable = "FAULT_PART";

    /// <summary>What the failure says.</summary>
    public const string Message = "made to fail\nin two lines";

    /// <summary>Reads the variables.</summary>
    public static FaultPoint FromEnvironment() => new(
        Environment.GetEnvironmentVariable(StepVariable) ?? "",
        int.Parse(Environment.GetEnvironmentVariable(OccurrenceVariable) ?? "1", CultureInfo.InvariantCulture),
        Environment.GetEnvironmentVariable(FailureVariable) is { } failure ? Type.GetType(failure, throwOnError: true) : null,
        Environment.GetEnvironmentVariable(PartVariable) ?? "");

    /// <summary>The same, for a silo that is started.</summary>
    public (string Name, string Value)[] ToVariables() =>
        [(StepVariable, Step), (OccurrenceVariable, Occurrence.ToString(CultureInfo.InvariantCulture)), (PartVariable, Part)];
}
