@{
    ModuleVersion     = '1.0.0'
    GUID              = '5f0a6c3e-8d1b-4c57-a2f9-3e7d90b1c846'
    Author            = 'The NotionAuth contributors'
    Description       = 'For the tests: a SecretManagement vault that can be given the habits of other vaults.'
    PowerShellVersion = '5.1'
    NestedModules     = @('HabitVault.Extension/HabitVault.Extension.psd1')
    RequiredModules   = @('Microsoft.PowerShell.SecretManagement')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Tags = @('SecretManagement') } }
}
