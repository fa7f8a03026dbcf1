@{
    ModuleVersion     = '1.0.0'
    GUID              = '6c0cf2a5-4a8e-45a0-8d71-b94b7a2a3a10'
    Author            = 'The NotionAuth contributors'
    Description       = 'For the tests: a SecretManagement vault that does what its vault parameters say.'
    PowerShellVersion = '5.1'
    NestedModules     = @('TroubleVault.Extension/TroubleVault.Extension.psd1')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Tags = @('SecretManagement') } }
}
