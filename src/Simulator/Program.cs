using Superhero.Simulator;

return await SimulatorCommandLine.Run(args);
