using Superhero.Simulator;

return await SimulatorCommandLine.RunAsync(args);
