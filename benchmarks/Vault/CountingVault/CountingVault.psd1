@{
    ModuleVersion     = '1.0.0'
    GUID              = 'c7a2f0f6-8a0e-4d0b-9b5c-2f1f6f7f6e10'
    Author            = 'The NotionAuth contributors'
    Description       = 'For the benchmarks: a SecretManagement vault that writes down each call of it.'
    PowerShellVersion = '5.1'
    NestedModules     = @('CountingVault.Extension/CountingVault.Extension.psd1')
    RequiredModules   = @('Microsoft.PowerShell.SecretManagement')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Tags = @('SecretManagement') } }
}
