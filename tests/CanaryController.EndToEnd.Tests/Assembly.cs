using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using Xunit.Sdk;
using Xunit.v3;

// The Kubernetes tests run beside each other, each in a namespace of its own. Of the others each wants the machine for itself: their collection says so.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = KubeStage.MaxTests)]
[assembly: AssemblyFixture(typeof(Cluster))]
